import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { environmentOf, loadConfig, surfaceOf, type VendureSurface } from '@vendure-deploy/shared/config';
import { renewLock } from '@vendure-deploy/shared/lock';
import { type FlyClient, type Machine, outwaitLeases } from '@vendure-deploy/shared/providers/fly';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import { shortSha } from '@vendure-deploy/shared/release';
import { slaTerms, type SlaTerms } from '@vendure-deploy/shared/sla';
import { type ShopCommands, shopCommands } from './before-switch.ts';
import { type WantedFlyctl, wantedFlyctl } from './flyctl-version.ts';
import type { inputs as declared } from './io.ts';
import type { Observed } from './observe.ts';
import { openRedis, type RedisApp } from './redis/app.ts';
import { flySaysNo, type FlyToken, refuseFlyConfig, refuseLeased, refuseOlder, refuseUnsettled } from './refusals.ts';
import { settleFleet } from './settle-fleet.ts';

type Context = ActionContext<typeof declared>;

/** The Machines of one app that this deploy may write to. */
export interface Fleet {
  readonly app: string;
  readonly fly: FlyClient;
  /** Where its token is given. */
  readonly input: FlyToken;
  /** As a sentence calls them. */
  readonly whose: string;
  /** As they were read a moment ago. */
  readonly machines: readonly Machine[];
}

/** What the checked out commit and the configuration want of this deploy. */
export interface Workspace {
  readonly surface: VendureSurface;
  /** '' where nobody names one: then flyctl's own. */
  readonly strategy: string;
  readonly flyctlRelease: WantedFlyctl;
  readonly commands: ShopCommands;
  readonly sla: SlaTerms;
  /** null: there is none, or it is not to be looked at. */
  readonly redis: RedisApp | null;
}

/** @throws {UserError} for a fault of the configuration, of fly.toml or of an input that goes with them; nobody was asked anything yet */
export async function readWorkspace(context: Context): Promise<Workspace> {
  const { inputs, workspace } = context;
  const config = await loadConfig(join(workspace, inputs.config));
  const surface = surfaceOf(config, inputs.environment, 'vendure');
  const ofFly = await strategyOfFlyConfig(workspace, { path: surface['fly-config'], key: 'fly-config', groups: surface['process-groups'] });
  const redis = openRedis(context, surface);
  if (redis !== null) await strategyOfFlyConfig(workspace, { path: redis.flyConfig, key: 'redis.fly-config', groups: [] });
  return {
    surface,
    strategy: inputs.strategy || surface.strategy || ofFly,
    flyctlRelease: await wantedFlyctl(inputs, config, workspace),
    commands: shopCommands(context, surface),
    sla: slaTerms(inputs, inputs.environment, environmentOf(config, inputs.environment)),
    redis,
  };
}

async function strategyOfFlyConfig(workspace: string, { path, key, groups }: { path: string; key: string; groups: readonly string[] }): Promise<string> {
  const text = await readFile(join(workspace, path), 'utf8').catch((cause: unknown) => {
    throw new UserError(`fly-deploy: ${path}, which the configuration names as \`${key}\`, is not in the workspace. Check out the commit that is deployed, or correct the path.`, { reasonCode: 'invalid-config', cause });
  });
  return refuseFlyConfig({ text, path, groups });
}

/** What serves before the first write. What the public gets may be unreadable: a deploy is how one mends that; Fly's own list may not. */
export async function readAnchor({ log }: Context, app: string, read: () => Promise<Observed>): Promise<Observed> {
  const observed = await read();
  if (observed.fly !== null) throw flySaysNo(app, observed.fly);
  log.info(`The public gets ${observed.public.kind === 'serves' ? shortSha(observed.public.sha) : 'nothing readable'}; ${observed.machines.length} Machines.`);
  return observed;
}

/** An older commit never overtakes a newer one unless it is told to (I8). */
export async function notOlder({ inputs, http, log, run }: Context, serving: string): Promise<void> {
  if (serving === '' || serving === inputs.sha || inputs['allow-older']) return;
  if (inputs['github-token'].isEmpty) return log.warning('No github-token was given: whether the commit is older than what serves is not known.');
  const github = githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
  const comparison = await github.compare(run.repository, serving, inputs.sha).catch((cause: unknown) => {
    throw new UserError(`fly-deploy: GitHub did not say whether ${shortSha(inputs.sha)} is newer than ${shortSha(serving)}, which serves (${cause instanceof Error ? cause.message : String(cause)}). Nothing was written. Run again, or set \`allow-older\` to deploy without knowing.`, { reasonCode: 'anchor-unreadable', cause });
  });
  refuseOlder({ serving, sha: inputs.sha, comparison, allowed: false });
}

/** A token of the whole organization deploys as well, and reaches what no deploy of this app needs. Best effort: the deploy does not hang on it. */
export async function warnOfReach({ log }: Context, { fly, app, input }: Fleet): Promise<void> {
  const others = (await fly.reach().catch(() => [])).filter((name) => name !== app);
  if (others.length === 0) return;
  const named = others.slice(0, 3).join(', ');
  log.warning(`fly-deploy: input \`${input}\` reaches ${others.length} more app${others.length === 1 ? '' : 's'} of the organization (${named}${others.length > 3 ? ', …' : ''}). A deploy needs a token of ${app} alone:  flyctl tokens create deploy --app ${app} --expiry 720h .`);
}

/** Until no Machine is on its way elsewhere, and nobody holds one: flyctl would wait a minute for a lease, and then fail. */
export async function settleFirst(context: Context, fleets: readonly Fleet[]): Promise<void> {
  const { inputs, log, clock, signal } = context;
  if (inputs['skip-machine-settle']) return log.warning('skip-machine-settle is set: whether a Machine is on its way to another state, or leased, was not looked at.');
  for (const { whose, fly, machines } of fleets) {
    const deadline = clock.now() + inputs['settle-seconds'] * 1000;
    refuseUnsettled(whose, await settleFleet(context, fly, machines), inputs['settle-seconds']);
    refuseLeased(whose, await outwaitLeases({ fly, machines: machines.map(({ id }) => id), clock, signal, log, budgetMs: deadline - clock.now() }), inputs['settle-seconds']);
  }
}

/** Renews the lock right before the step that cannot be taken back. @returns why not, or null */
export async function fenced(context: Context): Promise<string | null> {
  const { inputs, log } = context;
  if (inputs['github-token'].isEmpty) {
    log.warning('No github-token was given: the deploy lock is not renewed before flyctl.');
    return null;
  }
  const why = await renewLock(context, { token: inputs['github-token'], environment: inputs.environment, repository: inputs['lock-repository'], nonce: inputs['lock-nonce'] });
  if (why === null) return null;
  return `The deploy lock of ${inputs.environment} is not this run's: ${why}. Nothing was switched. Acquire it first, then run this again.`;
}
