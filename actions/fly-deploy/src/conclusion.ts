import type { ActionResult, Note } from '@vendure-deploy/shared/action';
import { type Backup, backupMarker } from '@vendure-deploy/shared/shop-commands';
import { type Attempted, remarksOn } from './attempts.ts';
import { leftoverCommands } from './fleet.ts';
import type { outputs } from './io.ts';
import { type Attempt, judge, type Judgement } from './judge.ts';
import { healed } from './notes.ts';
import { type Observed, servingRevisions } from './observe.ts';
import type { Plan } from './plan.ts';
import type { RedisState } from './redis/state.ts';
import type { Synced } from './redis/sync.ts';
import type { Returned } from './rollback.ts';
import type { Staged } from './secrets/stage.ts';
import { type Secrets, shipped, told } from './secrets/sync.ts';
import type { Stopwatch } from './stopwatch.ts';

type Result = ActionResult<typeof outputs>;

/** What was so before the first write, and the clock over all of it. */
export interface Story {
  readonly anchor: Observed;
  /** The commit that the public got; '' when it could not be read. */
  readonly previous: string;
  readonly secrets: Secrets | null;
  /** null: the configuration has none, or it was not looked at. */
  readonly redis: RedisState | null;
  readonly watch: Stopwatch;
  /** What somebody left out so far. */
  readonly notes: readonly Note[];
}

/** What was done beside the deploy itself. */
export interface Done {
  readonly backup?: Backup | null;
  readonly synced?: Synced | null;
  readonly staged?: Staged;
  readonly returned?: Returned | null;
  /** Made elsewhere, since no deploy of the shop was needed. */
  readonly judgement?: Judgement;
}

/** The end of a deploy that was tried, or that was not needed. */
export function conclude(story: Story, plan: Plan, attempted: Attempted, { backup = null, synced = null, staged = NOTHING, returned = null, judgement }: Done = {}): Result {
  const { attempt, observed, runs, leases } = returned ?? attempted;
  const { decision, reasonCode, message } = returned?.judgement ?? judgement ?? verdictOf(plan, attempted, story.previous);
  const phases = story.watch.seconds();
  return {
    decision,
    reasonCode,
    message: `${message}${decision === 'done' && attempt.kind === 'ended' ? shipped(story.secrets) : ''}${judgement === undefined ? sinceThisRun(story, synced) : ''}`,
    outputs: { ...outputsOf(returned?.plan ?? plan, attempt, observed, story.previous), 'backup-marker': markerOf(backup) },
    result: {
      surface: 'vendure',
      before: story.previous,
      intended: plan.sha,
      observed: observed.public,
      groups: observed.groups,
      'serving-revisions': servingRevisions(observed),
      machines: machinesOf(story.anchor, observed),
      leftovers: leftoverCommands(plan.app, observed.machines),
      secrets: told(story.secrets, staged),
      redis: toldOfRedis(story, synced),
      'flyctl-runs': returned === null ? runs : attempted.runs + runs,
      leases: leases.map(({ machine, owner, expiresAt }) => ({ machine, owner, 'expires-at': new Date(expiresAt).toISOString() })),
      backup,
      'rolled-back-to': returned?.plan.sha ?? null,
      phases,
      seconds: total(phases),
    },
    notes: [...story.notes, ...ofRedis(story, synced), ...(decision === 'done' && returned === null ? healed(plan.app, attempted.again) : [])],
  };
}

/** The end of a deploy that was stopped before flyctl ran. */
export function refuse(story: Story, plan: Plan, problem: Pick<Result, 'decision' | 'reasonCode' | 'message'>, { backup = null, synced = null, staged = NOTHING }: Done): Result {
  const { previous, secrets } = story;
  return {
    ...problem,
    message: `${problem.message}${sinceThisRun(story, synced)}`,
    outputs: { 'serving-sha': previous, 'previous-sha': previous, 'backup-marker': markerOf(backup) },
    result: { surface: 'vendure', before: previous, intended: plan.sha, secrets: told(secrets, staged), redis: toldOfRedis(story, synced), backup },
    notes: [...story.notes, ...ofRedis(story, synced)],
  };
}

/** The judgement, and what else has to be known of the attempt. */
export function verdictOf(plan: Plan, attempted: Attempted, previous: string): Judgement {
  const judgement = judge(plan, attempted.attempt, attempted.observed, previous);
  return { ...judgement, message: [judgement.message, ...remarksOn(attempted)].join(' ') };
}

const NOTHING: Staged = { staged: [], renewed: [], problem: null };

/** Whatever becomes of the shop: both passwords are accepted, the one that its Machines have among them. */
function sinceThisRun({ redis }: Story, synced: Synced | null): string {
  if (redis === null || synced === null || !synced.deployed) return '';
  const { app, names: { password, previous } } = redis.redis;
  return ` The Redis app ${app} accepts ${password} and ${previous} since this run.`;
}

function ofRedis({ redis }: Story, synced: Synced | null): Note[] {
  return redis === null ? [] : healed(redis.redis.app, synced?.again ?? null);
}

/** For the result: names, never a value. */
function toldOfRedis({ redis }: Story, synced: Synced | null): unknown {
  return redis === null ? null : { app: redis.redis.app, ...told(redis.secrets, synced ?? NOTHING), deployed: synced?.deployed ?? false };
}

function markerOf(backup: Backup | null): string {
  return backup === null ? '' : backupMarker(backup);
}

/** The release command's seconds are flyctl's, too. */
function total(phases: ReturnType<Stopwatch['seconds']>): number {
  return Object.values(phases).reduce((sum, seconds) => sum + seconds, 0) - (phases['release-command'] ?? 0);
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

/** Each Machine that there was or is: what it ran before, and what it runs now. */
function machinesOf(anchor: Observed, observed: Observed): Record<string, unknown>[] {
  const ids = [...new Set([...anchor.machines, ...observed.machines].map(({ id }) => id))];
  return ids.map((id) => {
    const [before, after] = [anchor, observed].map(({ machines }) => machines.find((machine) => machine.id === id));
    const of = (machine: typeof before): unknown => (machine === undefined ? null : { sha: machine.revision || machine.tag, state: machine.state, cordoned: machine.cordoned });
    return { id, group: (after ?? before)?.group, region: (after ?? before)?.region, before: of(before), after: of(after) };
  });
}
