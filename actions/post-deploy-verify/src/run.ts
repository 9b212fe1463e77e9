import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { type DeployConfig, environmentOf, loadConfig, surfaceOf } from '@vendure-deploy/shared/config';
import { isSurface, type Surface } from '@vendure-deploy/shared/release';
import { identityOf, judgeSkew, type Reach, type ServingShas, subjectsOf, surfacesIn, watch, type Watched } from '@vendure-deploy/shared/verify';
import { conclude } from './conclude.ts';
import type { inputs as declared, outputs } from './io.ts';
import { table } from './table.ts';

type Context = ActionContext<typeof declared>;

/** All surfaces at the same time, each with its own attempts; then what all of them serve, side by side. */
export async function run(context: Context): Promise<ActionResult<typeof outputs>> {
  const { inputs, log, workspace, clock } = context;
  const config = await loadConfig(join(workspace, inputs.config));
  const all = surfacesIn(config, inputs.environment);
  const surfaces = wanted(inputs.surfaces, all);
  const reach = reachOf(config, context);
  const subjects = await subjectsOf(surfaces, { config, environment: inputs.environment, reach, wanted: inputs.sha, asked: asked(context) });
  const started = clock.now();
  const rows = await log.group(`Probe ${surfaces.join(', ')}`, () => Promise.all(subjects.map((subject) => watch(subject, { ...limits(context), say: (text) => log.info(`${subject.surface}: ${text}`) }))));
  const shas = await serving(all, rows, { config, reach, environment: inputs.environment });
  const skew = judgeSkew(shas, environmentOf(config, inputs.environment).compatibility ?? null, inputs['previous-sha']);
  const conclusion = conclude({ rows, skew, isWhole: surfaces.length === all.length, runId: context.run.runId });
  for (const text of conclusion.warnings) log.warning(text);
  context.summary.add(table(rows, skew));
  return { ...conclusion.ending, outputs: { ok: String(conclusion.ending.decision === 'done') }, result: { surfaces: rows.map(({ surface, ok, sha, attempts, why }) => ({ surface, ok, sha, attempts, why })), probes: rows.flatMap(({ probes }) => probes), skew, seconds: (clock.now() - started) / 1000 } };
}

function wanted(given: readonly string[], all: readonly Surface[]): Surface[] {
  for (const name of given) {
    if (!isSurface(name) || !all.includes(name)) throw new UserError(`input \`surfaces\` names "${name}". Allowed: ${all.join(', ')}. Leave it empty for all of them.`);
  }
  return given.length === 0 ? [...all] : all.filter((surface) => given.includes(surface));
}

function reachOf(config: DeployConfig, { inputs, http, signal }: Context): Reach {
  const [id, secret] = [inputs['access-client-id'], inputs['access-client-secret']];
  if (id.isEmpty !== secret.isEmpty) throw new UserError('inputs `access-client-id` and `access-client-secret` belong together, and one of them is empty. Give both, or none.');
  const isGuarded = (surface: Surface): boolean => surface !== 'vendure' && surfaceOf(config, inputs.environment, surface).access !== undefined;
  return { http, signal, timeoutMs: inputs['timeout-seconds'] * 1000, headersOf: (surface) => (id.isEmpty || !isGuarded(surface) ? {} : { 'cf-access-client-id': id, 'cf-access-client-secret': secret }) };
}

function asked({ inputs, clock }: Context): Parameters<typeof subjectsOf>[1]['asked'] {
  const at = inputs['switched-at'];
  if (at !== '' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(at)) throw new UserError(`input \`switched-at\` is ${JSON.stringify(at.slice(0, 200))}. Allowed: a time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z.`);
  return { clock, jobsToken: inputs['jobs-token'], workerSeconds: inputs['worker-seconds'], queueLagSeconds: inputs['queue-lag-seconds'] === 0 ? null : inputs['queue-lag-seconds'], switchedAt: at };
}

function limits({ inputs, clock, signal }: Context): Omit<Parameters<typeof watch>[1], 'say'> {
  return { attempts: inputs.attempts, intervalSeconds: inputs['interval-seconds'], propagationSeconds: inputs['propagation-seconds'], bakeSeconds: inputs['bake-seconds'], clock, signal };
}

/** What was not to be probed is asked once which commit it serves, and nothing else. */
async function serving(all: readonly Surface[], rows: readonly Watched[], { config, environment, reach }: { config: DeployConfig; environment: string; reach: Reach }): Promise<ServingShas> {
  return Object.fromEntries(await Promise.all(all.map(async (surface) => {
    const row = rows.find((one) => one.surface === surface);
    if (row !== undefined) return [surface, row.sha];
    const { 'public-url': base, 'version-path': path } = surfaceOf(config, environment, surface);
    const identity = await identityOf({ surface, base, path, wanted: '', reach });
    return [surface, 'sha' in identity ? identity.sha : ''];
  })));
}
