import { resolve } from 'node:path';
import type { ActionContext, ActionResult } from '@vendure-deploy/shared/action';
import { environmentOf, loadConfig, surfaceOf } from '@vendure-deploy/shared/config';
import { gitRefClient } from '@vendure-deploy/shared/lock';
import { type GitHubClient, githubClient } from '@vendure-deploy/shared/providers/github';
import { loginOf, parseImageRepository, registries } from '@vendure-deploy/shared/providers/registry';
import { SURFACES, type Surface } from '@vendure-deploy/shared/release';
import { check, checksTable, skipped, type Check } from './check.ts';
import { cloudflareCredential, flyCredential, registryCredential } from './credentials.ts';
import { notOlder, onDefaultBranch } from './history.ts';
import type { inputs } from './inputs.ts';
import { lockCheck } from './lock-check.ts';
import { pendingMigrations } from './migrations.ts';
import { imageTagOf, resolveRevision } from './revision.ts';
import { readServing, type Serving } from './serving.ts';
import { judge, type PreflightOutputs } from './verdict.ts';

type Context = ActionContext<typeof inputs>;
type Config = Awaited<ReturnType<typeof loadConfig>>;

export async function run(context: Context): Promise<ActionResult<PreflightOutputs>> {
  const { inputs, log, http, run } = context;
  const config = await loadConfig(resolve(context.workspace, inputs.config));
  environmentOf(config, inputs.environment);
  const github = githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
  const revision = await log.group('Resolve the commit', () => resolveRevision(github, run, inputs.ref));
  log.info(`${revision.from} is ${revision.sha}`);

  const serving = servingOf(context, config);
  const history: History = { github, sha: revision.sha, serving };
  const checks = await log.group('Ask every provider', () => Promise.all([
    ...historyChecks(context, config, history),
    migrations(context, config, history),
    ...credentialChecks(context, config),
    lock(context, github),
  ]));
  for (const one of checks) log.info(`${one.status.padEnd(7)} ${one.name}: ${one.evidence}`);
  for (const one of checks.filter(({ status }) => status === 'warning')) log.warning(`preflight: ${one.name}: ${one.evidence}. ${one.next}`.trim());
  context.summary.add(`### preflight: ${inputs.environment}, ${revision.sha}\n\n${checksTable(checks)}`);
  return judge({ checks, sha: revision.sha, from: revision.from, imageTag: imageTagOf(inputs.environment, revision.sha), serving: await shaBySurface(serving) });
}

type ServingBySurface = ReadonlyMap<Surface, Promise<Serving>>;

/** The commit, and what serves before it. */
interface History {
  readonly github: GitHubClient;
  readonly sha: string;
  readonly serving: ServingBySurface;
}

/** Every surface of the environment, wanted or not, is asked once, at the same time. */
function servingOf({ inputs, http, signal }: Context, config: Config): ServingBySurface {
  const { surfaces } = environmentOf(config, inputs.environment);
  return new Map(SURFACES.flatMap((surface) => {
    const place = surfaces[surface];
    return place === undefined ? [] : [[surface, readServing(http, new URL(place['version-path'], place['public-url']).href, signal)] as const];
  }));
}

async function shaBySurface(serving: ServingBySurface): Promise<Record<string, string | null>> {
  return Object.fromEntries(await Promise.all([...serving].map(async ([surface, reading]) => [surface, (await reading).sha] as const)));
}

function historyChecks({ inputs, run, clock }: Context, config: Config, { github, sha, serving }: History): Promise<Check>[] {
  const defaultBranchOnly = environmentOf(config, inputs.environment)['default-branch-only'];
  const branch = defaultBranchOnly
    ? check('commit is on the default branch', clock, () => onDefaultBranch(github, run.repository, sha, inputs['allow-non-main']))
    : Promise.resolve(skipped('commit is on the default branch', `${inputs.environment} takes commits of any branch`));
  const older = wantedSurfaces(inputs).map((surface) =>
    check(`${surface} does not go back`, clock, async () =>
      notOlder({ serving: (await serving.get(surface)) ?? NOT_CONFIGURED, github, repository: run.repository, sha, allowed: inputs['allow-older'] })));
  return [branch, ...older];
}

const NOT_CONFIGURED: Serving = { sha: null, why: 'the configuration does not have it' };

function credentialChecks({ inputs, http, clock, signal, log }: Context, config: Config): (Check | Promise<Check>)[] {
  const surfaces = wantedSurfaces(inputs);
  const probes: { name: string; ask(): Promise<Check> }[] = [];
  const wants = (surface: Surface): boolean => surfaces.includes(surface);
  if (wants('vendure')) {
    const { app, 'image-repository': repository } = surfaceOf(config, inputs.environment, 'vendure');
    const token = inputs['fly-api-token'];
    const registry = registries({ http, clock, signal, warn: log.warning })(parseImageRepository(repository), loginOf(token));
    probes.push({ name: 'Fly token', ask: () => check('Fly token', clock, () => flyCredential(http, token, app)) });
    probes.push({ name: 'registry login', ask: () => check('registry login', clock, () => registryCredential(registry, repository, app)) });
  }
  const worker = surfaces.find((surface) => surface !== 'vendure');
  if (worker === 'dashboard' || worker === 'storefront') {
    const { 'account-id': account } = surfaceOf(config, inputs.environment, worker);
    probes.push({ name: 'Cloudflare token', ask: () => check('Cloudflare token', clock, () => cloudflareCredential(http, inputs['cloudflare-api-token'], account)) });
  }
  return probes.map(({ name, ask }) => (inputs['skip-auth-check'] ? skipped(name, 'skip-auth-check is set') : ask()));
}

async function migrations({ inputs, run, clock }: Context, config: Config, { github, sha, serving }: History): Promise<Check> {
  const name = 'no migration is pending';
  if (!inputs.vendure) return skipped(name, 'Vendure is not deployed');
  const { migrations: glob } = surfaceOf(config, inputs.environment, 'vendure');
  if (glob === undefined) return skipped(name, 'the configuration names no `migrations` for vendure');
  return check(name, clock, async () =>
    pendingMigrations({ github, repository: run.repository, serving: ((await serving.get('vendure')) ?? NOT_CONFIGURED).sha, sha, glob, allowed: inputs['allow-pending-migration'] }));
}

async function lock({ inputs, http, run, clock }: Context, github: GitHubClient): Promise<Check> {
  const name = 'deploy lock';
  if (inputs['skip-lock']) return skipped(name, 'skip-lock is set');
  const git = gitRefClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl, repository: run.repository });
  return check(name, clock, () => lockCheck(git, github, run, inputs.environment));
}

function wantedSurfaces(inputs: Context['inputs']): Surface[] {
  return SURFACES.filter((surface) => inputs[surface]);
}
