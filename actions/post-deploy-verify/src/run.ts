import { join } from 'node:path';
import { type ActionContext, type ActionResult, markdownCell, UserError } from '@vendure-deploy/shared/action';
import { type DeployConfig, environmentOf, loadConfig } from '@vendure-deploy/shared/config';
import { isSurface, SURFACES, type Surface } from '@vendure-deploy/shared/release';
import type { inputs as declared, outputs } from './io.ts';
import { type Probe, probesOf } from './probes.ts';
import { untilRight } from './until-right.ts';

type Context = ActionContext<typeof declared>;

/** All surfaces at the same time, each with its own attempts. */
export async function run(context: Context): Promise<ActionResult<typeof outputs>> {
  const { inputs, log, workspace, clock } = context;
  const config = await loadConfig(join(workspace, inputs.config));
  const surfaces = wanted(inputs.surfaces, config, inputs.environment);
  const started = clock.now();
  const rows = await log.group(`Probe ${surfaces.join(', ')}`, () => Promise.all(surfaces.map((surface) => verify(surface, config, context))));
  const failed = rows.filter((row) => !row.ok);
  context.summary.add(table(rows));
  return {
    decision: failed.length === 0 ? 'done' : 'failed',
    reasonCode: failed.length === 0 ? 'all-probes-passed' : 'probe-failed',
    message:
      failed.length === 0
        ? `${rows.map((row) => row.surface).join(', ')}: every probe passed.`
        : `${failed.map((row) => `${row.surface}: ${row.why}`).join('; ')}. What serves did not change by this. Probe again:  gh run rerun ${context.run.runId} --failed`,
    outputs: { ok: String(failed.length === 0) },
    result: { surfaces: rows, seconds: (clock.now() - started) / 1000 },
  };
}

interface Row {
  readonly surface: Surface;
  readonly ok: boolean;
  readonly sha: string;
  readonly attempts: number;
  readonly why: string;
}

async function verify(surface: Surface, config: DeployConfig, context: Context): Promise<Row> {
  const { inputs, log, clock, signal } = context;
  const probe: Probe = probesOf(surface, config, context);
  const outcome = await untilRight({ probe, attempts: inputs.attempts, intervalMs: inputs['interval-seconds'] * 1000, clock, signal, say: (text) => log.info(`${surface}: ${text}`) });
  return { surface, ...outcome };
}

function wanted(given: readonly string[], config: DeployConfig, environment: string): Surface[] {
  const configured = environmentOf(config, environment).surfaces;
  const all = SURFACES.filter((surface) => surface in configured);
  for (const name of given) {
    if (!isSurface(name) || !all.includes(name)) throw new UserError(`post-deploy-verify: input \`surfaces\` names "${name}". Allowed: ${all.join(', ')}. Leave it empty for all of them.`);
  }
  return given.length === 0 ? all : all.filter((surface) => given.includes(surface));
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.surface} | ${row.ok ? 'passed' : 'failed'} | ${row.sha === '' ? 'not read' : `\`${row.sha.slice(0, 7)}\``} | ${row.attempts} | ${markdownCell(row.why)} |`);
  return ['### What the public gets', '', '| surface | probes | serves | attempts | why |', '|---|---|---|---|---|', ...lines, ''].join('\n');
}
