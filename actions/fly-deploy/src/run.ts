import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { loadConfig, surfaceOf, type VendureSurface } from '@vendure-deploy/shared/config';
import { renewLock } from '@vendure-deploy/shared/lock';
import { type FlyClient, flyClient } from '@vendure-deploy/shared/providers/fly';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import { shortSha } from '@vendure-deploy/shared/release';
import { type Backup, backupMarker } from '@vendure-deploy/shared/shop-commands';
import { type Attempted, attempts } from './attempts.ts';
import { auditAndBackUp, shopCommands } from './before-switch.ts';
import { countByGroup, leftoverCommands } from './fleet.ts';
import { deployWithFlyctl } from './flyctl.ts';
import { wantedFlyctl } from './flyctl-version.ts';
import type { inputs as declared, outputs } from './io.ts';
import { type Attempt, judge, type Judgement } from './judge.ts';
import { type Observed, observe, servingRevisions } from './observe.ts';
import type { Plan } from './plan.ts';
import { leaseSentence } from './lease-wait.ts';
import { flySaysNo, refuseFlyConfig, refuseInputs, refuseOlder, refuseUnsettled } from './refusals.ts';
import { type Returned, rollBack } from './rollback.ts';
import { settleFleet } from './settle-fleet.ts';
import { stopwatch, type Stopwatch } from './stopwatch.ts';
import { clearUnfinished, withoutUnfinished } from './unfinished.ts';

type Context = ActionContext<typeof declared>;
type Result = ActionResult<typeof outputs>;

interface Ended extends Attempted {
  readonly backup: Backup | null;
  readonly returned: Returned | null;
}

/** Read, refuse, settle, the shop's own audit and backup, fence, flyctl, and then the gate: the exit code is never the verdict. */
export async function run(context: Context): Promise<Result> {
  const { inputs, log, http, clock, signal, workspace } = context;
  refuseInputs(inputs);
  const config = await loadConfig(join(workspace, inputs.config));
  const surface = surfaceOf(config, inputs.environment, 'vendure');
  const flyStrategy = await readFlyConfig(workspace, surface);
  const strategy = inputs.strategy || surface.strategy || flyStrategy;
  const flyctlRelease = await wantedFlyctl(inputs, config, workspace);
  const commands = shopCommands(context, surface);
  const fly = flyClient({ http, token: inputs['fly-api-token'], app: surface.app, signal });
  const read = (): Promise<Observed> => observe({ fly, http, signal, versionUrl: `${surface['public-url']}${surface['version-path']}`, healthUrl: `${surface['public-url']}${surface['health-path']}` });
  const watch = stopwatch(clock);

  const anchor = await watch.time('read', () => log.group('Read what serves now', () => readAnchor(context, surface.app, read)));
  const previous = anchor.public.kind === 'serves' ? anchor.public.sha : '';
  const plan: Plan = {
    app: surface.app,
    sha: inputs.sha,
    tag: inputs['image-tag'],
    digest: inputs['image-digest'],
    groups: surface['process-groups'],
    image: `${surface['image-repository']}:${inputs['image-tag']}`,
    fleet: countByGroup(strategy === 'bluegreen' ? withoutUnfinished(anchor.machines, surface['process-groups']) : anchor.machines),
    runId: context.run.runId,
  };
  const conclude = (ended: Ended): Result => {
    const { attempt, observed, runs } = ended.returned ?? ended;
    const { decision, reasonCode, message } = ended.returned?.judgement ?? judged(plan, ended, previous);
    return {
      decision,
      reasonCode,
      message,
      outputs: { ...outputsOf(ended.returned?.plan ?? plan, attempt, observed, previous), 'backup-marker': markerOf(ended.backup) },
      result: {
        surface: 'vendure',
        before: previous,
        intended: plan.sha,
        observed: observed.public,
        groups: observed.groups,
        'serving-revisions': servingRevisions(observed),
        machines: machinesOf(anchor, observed),
        leftovers: leftoverCommands(plan.app, observed.machines),
        'flyctl-runs': ended.returned === null ? runs : ended.runs + runs,
        leases: (ended.returned ?? ended).leases.map(({ machine, owner, expiresAt }) => ({ machine, owner, 'expires-at': new Date(expiresAt).toISOString() })),
        backup: ended.backup,
        'rolled-back-to': ended.returned?.plan.sha ?? null,
        phases: watch.seconds(),
        seconds: total(watch.seconds()),
      },
    };
  };
  const nothing: Attempt = { kind: 'none' };
  if (!inputs.redeploy && judge(plan, nothing, anchor, previous).decision === 'skipped') return conclude({ attempt: nothing, observed: anchor, runs: 0, leases: [], stopped: null, backup: null, returned: null });
  await Promise.all([notOlder(context, previous), warnOfReach(context, fly, surface.app)]);
  await watch.time('settle', () => log.group('Settle', () => settleFirst(context, fly)));
  const backup = await auditAndBackUp(context, commands, watch);

  const fence = (): Promise<string | null> => fenced(context);
  const held = await fence();
  if (held !== null) {
    return { decision: 'failed', reasonCode: 'fence-lost', message: held, outputs: { 'serving-sha': previous, 'previous-sha': previous, 'backup-marker': markerOf(backup) }, result: { surface: 'vendure', before: previous, intended: plan.sha, backup } };
  }
  const prepare = async (): Promise<void> => (strategy === 'bluegreen' ? clearUnfinished({ context, fly, groups: plan.groups }) : undefined);
  const deploy = (wanted: Plan, releaseCommand: boolean): Promise<Attempted> =>
    attempts({ context, plan: wanted, fly, watch, read, fence, prepare, deploy: (deadlineMs) => deployWithFlyctl({ context, flyctlRelease, surface, image: wanted.image, releaseCommand, fly, watch, deadlineMs }) });
  const attempted = await deploy(plan, true);
  const returned = inputs.rollback === 'auto' ? await rollBack({ context, judgement: judged(plan, attempted, previous), plan, anchor, fence, deploy: (back) => deploy(back, false) }) : null;
  return conclude({ ...attempted, backup, returned });
}

async function readFlyConfig(workspace: string, surface: VendureSurface): Promise<string> {
  const path = surface['fly-config'];
  const text = await readFile(join(workspace, path), 'utf8').catch((cause: unknown) => {
    throw new UserError(`fly-deploy: ${path}, which the configuration names as \`fly-config\`, is not in the workspace. Check out the commit that is deployed, or correct the path.`, { reasonCode: 'invalid-config', cause });
  });
  return refuseFlyConfig({ text, path, groups: surface['process-groups'] });
}

/** What serves before the first write. What the public gets may be unreadable: a deploy is how one mends that; Fly's own list may not. */
async function readAnchor({ log }: Context, app: string, read: () => Promise<Observed>): Promise<Observed> {
  const observed = await read();
  if (observed.fly !== null) throw flySaysNo(app, observed.fly);
  log.info(`The public gets ${observed.public.kind === 'serves' ? shortSha(observed.public.sha) : 'nothing readable'}; ${observed.machines.length} Machines.`);
  return observed;
}

/** An older commit never overtakes a newer one unless it is told to (I8). */
async function notOlder({ inputs, http, log, run }: Context, serving: string): Promise<void> {
  if (serving === '' || serving === inputs.sha || inputs['allow-older']) return;
  if (inputs['github-token'].isEmpty) return log.warning('No github-token was given: whether the commit is older than what serves is not known.');
  const github = githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl });
  const comparison = await github.compare(run.repository, serving, inputs.sha).catch((cause: unknown) => {
    throw new UserError(`fly-deploy: GitHub did not say whether ${shortSha(inputs.sha)} is newer than ${shortSha(serving)}, which serves (${cause instanceof Error ? cause.message : String(cause)}). Nothing was written. Run again, or set \`allow-older\` to deploy without knowing.`, { reasonCode: 'anchor-unreadable', cause });
  });
  refuseOlder({ serving, sha: inputs.sha, comparison, allowed: false });
}

/** A token of the whole organization deploys as well, and reaches what no deploy of this app needs. Best effort: the deploy does not hang on it. */
async function warnOfReach({ log }: Context, fly: FlyClient, app: string): Promise<void> {
  const others = (await fly.reach().catch(() => [])).filter((name) => name !== app);
  if (others.length === 0) return;
  const named = others.slice(0, 3).join(', ');
  log.warning(`fly-deploy: input \`fly-api-token\` reaches ${others.length} more app${others.length === 1 ? '' : 's'} of the organization (${named}${others.length > 3 ? ', …' : ''}). A deploy needs a token of ${app} alone:  flyctl tokens create deploy --app ${app} --expiry 720h .`);
}

async function settleFirst(context: Context, fly: FlyClient): Promise<void> {
  const { inputs, log } = context;
  if (inputs['skip-machine-settle']) return log.warning('skip-machine-settle is set: whether a Machine is on its way to another state was not looked at.');
  refuseUnsettled(await settleFleet(context, fly), inputs['settle-seconds']);
}

function outputsOf(plan: Plan, attempt: Attempt, observed: Observed, previous: string): Result['outputs'] {
  const made = attempt.kind === 'ended' ? attempt.release : null;
  const at = observed.machines.find((machine) => machine.tag === plan.tag);
  return {
    'serving-sha': observed.public.kind === 'serves' ? observed.public.sha : '',
    'serving-sha-by-group': JSON.stringify(observed.groups),
    'previous-sha': previous,
    'image-digest': at?.digest ?? '',
    'release-id': made?.id ?? at?.releaseId ?? '',
    'release-version': made?.version ?? at?.releaseVersion ?? '',
  };
}

/** The release command's seconds are flyctl's, too. */
function total(phases: ReturnType<Stopwatch['seconds']>): number {
  return Object.values(phases).reduce((sum, seconds) => sum + seconds, 0) - (phases['release-command'] ?? 0);
}

function markerOf(backup: Backup | null): string {
  return backup === null ? '' : backupMarker(backup);
}

function judged(plan: Plan, { attempt, observed, leases, stopped }: Attempted, previous: string): Judgement {
  const judgement = judge(plan, attempt, observed, previous);
  const more = [
    ...(stopped === null ? [] : [`No second run of flyctl was tried: ${stopped}.`]),
    ...(leases.length === 0 ? [] : [`flyctl left leases, which end by themselves: ${leases.map((lease) => leaseSentence(lease, '')).join('; ')}.`]),
  ];
  return { ...judgement, message: [judgement.message, ...more].join(' ') };
}

/** Each Machine that there was or is: what it ran before, and what it runs now. */
function machinesOf(anchor: Observed, observed: Observed): Record<string, unknown>[] {
  const ids = [...new Set([...anchor.machines, ...observed.machines].map(({ id }) => id))];
  return ids.map((id) => {
    const [before, after] = [anchor, observed].map(({ machines }) => machines.find((machine) => machine.id === id));
    const of = (machine: typeof before): unknown => (machine === undefined ? null : { sha: machine.revision || machine.tag, state: machine.state, cordoned: machine.cordoned });
    return { id, group: (after ?? before)?.group, before: of(before), after: of(after) };
  });
}

/** Renews the lock right before the step that cannot be taken back. @returns why not, or null */
async function fenced(context: Context): Promise<string | null> {
  const { inputs, log } = context;
  if (inputs['github-token'].isEmpty) {
    log.warning('No github-token was given: the deploy lock is not renewed before flyctl.');
    return null;
  }
  const why = await renewLock(context, inputs['github-token'], inputs.environment);
  if (why === null) return null;
  return `The deploy lock of ${inputs.environment} is not this run's: ${why}. Nothing was switched. Acquire it first, then run this again.`;
}
