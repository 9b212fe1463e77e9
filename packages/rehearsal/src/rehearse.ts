import { randomInt } from 'node:crypto';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunOutcome, runWorkflow } from '@vendure-deploy/runner';
import type { Surfaces, Truth } from '@vendure-deploy/twin';
import type { RehearsalOptions } from './command-line.ts';
import { openJobBook } from './job-book.ts';
import { composeOutcome, type Outcome } from './outcome.ts';
import { eventOf, narrowed, type PullRequestEvent, refOf } from './pull-request.ts';
import { type Caller, openCaller } from './shop/caller.ts';
import { environmentOfLane, readShopConfig, surfacesOf } from './shop/config.ts';
import { readHistory, type ShopHistory, treeOf, uncommitted } from './shop/history.ts';
import { warmStores } from './shop/stores.ts';
import { environmentSecrets } from './world/environment-secrets.ts';
import { SHOP, SUITE } from './world/host.ts';
import { openWorld } from './world/open.ts';
import { takeRunnerFolder } from './world/runner-folder.ts';
import { artifactsOf, keepRun, type KeptRun } from './world/runs.ts';
import type { World, WorldRun } from './world/types.ts';

const root = join(import.meta.dirname, '../../..');

export interface Stage {
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** The next attempt of a run that this world has kept. */
  readonly again?: Again;
}

export interface Again {
  readonly run: KeptRun;
  /** What succeeded is taken over, unless something that it needs runs again. */
  readonly onlyFailed: boolean;
}

/** One rehearsal: a world, a run in it, and what is so afterwards. Nothing of it outlives the call but a kept world and `options.out`. */
export async function rehearse(options: RehearsalOptions, stage: Stage): Promise<Outcome> {
  if (options.repository !== null) await lookAt(options.repository, options, stage);
  const world = await openWorld({ directory: options.world, keep: options.keep, speed: options.speed, from: options.from, repository: options.repository, tools: options.tools, say: stage.say });
  try {
    return await perform(options, stage, world);
  } finally {
    await world.leave();
    if (options.keep && options.world === null) stage.say(`rehearse: the world is kept; use it again with  --world ${world.directory}`);
  }
}

/** What a shop's own checkout needs before its world is opened. */
async function lookAt(repository: string, { from, ref }: RehearsalOptions, { say }: Stage): Promise<void> {
  const [first, ...others] = await uncommitted(repository);
  if (first !== undefined) say(`rehearse: ${first}${others.length === 0 ? '' : ` and ${others.length} more`} is not committed in ${repository}, and so no part of this rehearsal`);
  await warmStores(repository, ['HEAD', ref, 'main', ...(from === null ? ['main~1'] : [from])], say);
}

async function perform(options: RehearsalOptions, stage: Stage, world: World): Promise<Outcome> {
  const shop = await readShopConfig(world.facts.shop);
  const environment = environmentOfLane(shop, options.lane, options.inputs);
  const surfaces = surfacesOf(shop, environment);
  const caller = options.caller === undefined ? null : await openCaller({ folder: options.caller, shop: world.facts.shop, lockRepository: SHOP, directory: join(world.directory, 'caller') });
  const run = await world.openRun({ ...(caller === null ? {} : { caller }), faults: await spelledOut(options.faults, world, surfaces), latencyMs: options.latencyMs, environment });
  const id = stage.again?.run.id ?? randomInt(1_000_000, 9_999_999);
  const out = options.out ?? join(world.directory, 'out', String(id));
  await mkdir(out, { recursive: true });
  // What an earlier run left there would be read as this one's.
  for (const name of ['jobs', 'artifacts', 'log.txt', 'summary.md', 'outcome.json', 'requests.jsonl']) await rm(join(out, name), { recursive: true, force: true });
  const work = await takeRunnerFolder(world.directory);
  try {
    const before = await run.truth(surfaces);
    const outcome = await start({ options, stage, world, run, id, work, out, from: caller ?? { repository: SHOP, directory: world.facts.shop } });
    await cp(artifactsOf(world.directory, id), join(out, 'artifacts'), { recursive: true }).catch(() => undefined); // a run may have uploaded none
    return await conclude({ options, run, id, surfaces, before, outcome, out });
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
    await run.close();
  }
}

/** `<previous>` in a fault is the commit that Vendure serves before the run. */
async function spelledOut(faults: readonly string[], world: World, surfaces: Surfaces): Promise<readonly string[]> {
  if (!faults.some((fault) => fault.includes('<previous>'))) return faults;
  const look = await world.openRun({ faults: [], latencyMs: 0, environment: surfaces.environment });
  const { vendure } = await look.truth(surfaces);
  await look.close();
  if (typeof vendure !== 'string') throw new Error('A fault names <previous>, but this world serves no single commit.');
  return faults.map((fault) => fault.replaceAll('<previous>', vendure));
}

interface Start {
  readonly options: RehearsalOptions;
  readonly stage: Stage;
  readonly world: World;
  readonly run: WorldRun;
  readonly id: number;
  readonly work: string;
  readonly out: string;
  /** Whose workflow it is. */
  readonly from: Caller;
}

/** What is run: the workflow file of a commit, on a branch, with these inputs or for a pull request. */
type Dispatched = Pick<KeptRun, 'sha' | 'branch' | 'inputs' | 'pullRequest'>;

async function dispatched(options: RehearsalOptions, history: ShopHistory): Promise<Dispatched> {
  if (options.pullRequest !== null) return { branch: options.ref, sha: await history.resolve(options.ref), inputs: {}, pullRequest: options.pullRequest };
  // A branch is run from, as `gh workflow run --ref` does; a commit is given to the lane of main, which is asked to deploy it.
  const isCommit = /^[0-9a-f]{7,40}$/u.test(options.ref);
  const branch = isCommit ? 'main' : options.ref;
  const inputs = { ...(isCommit ? { ref: await history.resolve(options.ref) } : {}), ...options.inputs };
  return { branch, sha: await history.resolve(branch), inputs, pullRequest: null };
}

async function start({ options, stage, world, run, id, work, out, from: { repository, directory } }: Start): Promise<RunOutcome> {
  const history = await readHistory(directory);
  const { again } = stage;
  const { branch, sha, inputs, pullRequest } = again?.run ?? (await dispatched(options, history));
  const ref = pullRequest === null ? `refs/heads/${branch}` : refOf(pullRequest);
  const attempt = (again?.run.attempt ?? 0) + 1;
  stage.say(`rehearse: ${options.lane} from ${options.ref} (${(inputs['ref'] ?? sha).slice(0, 7)}), speed ${world.facts.speed}`);
  const startedAt = new Date().toISOString();
  const state = { id, attempt, repository, startedAt, workflow: options.lane, sha, branch, actor: options.actor };
  await run.setRun({ ...state, status: 'in_progress' });
  const interrupts = await run.interrupts();
  const tree = await treeOf(history, sha, join(world.directory, 'trees', sha));
  const book = openJobBook({ id, attempt }, { jobs: (jobs) => run.setJobs(id, jobs), log: (jobId, text) => run.setJobLog(jobId, text) });
  const outcome = await runWorkflow({
    repository,
    directory: tree,
    sha,
    ref,
    workflow: `${options.lane}.yml`,
    event: pullRequest === null ? { name: 'workflow_dispatch', inputs } : eventOf(pullRequest, { repository, branch, sha, actor: options.actor }),
    actor: options.actor,
    runId: id,
    runAttempt: attempt,
    secrets: {},
    environmentSecrets: isFork(pullRequest) ? {} : withLockToken(await environmentSecrets(world, await readShopConfig(world.facts.shop), await readShopConfig(tree)), repository === SHOP ? null : await run.issueToken(LOCK_PERMISSIONS)),
    variables: {},
    approvals: options.approvals,
    githubToken: '',
    defaultPermissions: 'read',
    machine: async ({ id: job, permissions, environment, workflowRef }) => {
      await book.settled();
      const may = isFork(pullRequest) ? narrowed(granted(permissions)) : granted(permissions);
      const identity = await run.identityEnvironment({ repository, ref, sha, actor: options.actor, runId: id, runAttempt: attempt, environment: environment === '' ? null : environment, permissions: may, jobWorkflowRef: workflowRef });
      return { token: await run.issueToken(may, { repository }), hidden: [identity['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''].filter((token) => token !== ''), environmentOf: async (step) => ({ ...(await run.environmentOf({ job, step })), ...identity }) };
    },
    actionEnvironment: await run.actionEnvironment(),
    // A concurrency group is one repository's.
    queue: join(world.directory, 'queue', ...(repository === SHOP ? [] : [repository.replace('/', '+')])),
    artifacts: artifactsOf(world.directory, id),
    ...(again?.onlyFailed === true ? { previous: again.run.jobs } : {}),
    resolveRepository: async (wanted) => {
      if (wanted === SUITE) return { directory: root, sha: await run.headOf(SUITE, 'main') };
      throw new Error(`The rehearsed GitHub has no repository "${wanted}". It has ${SHOP} and ${SUITE}.`);
    },
    environment: { ...(await run.environmentOf({ job: null, step: null })), PATH: `${world.facts.shelf}:/usr/bin:/bin`, HOME: world.facts.home, LANG: 'C.UTF-8' },
    node: process.execPath,
    work,
    out,
    interrupts: interrupts.map((interrupt) => ({
      ...interrupt,
      fired: () => {
        if (interrupt.signal === 'runner-lost') book.lost();
        void run.interrupted(interrupt);
      },
    })),
    signal: stage.signal,
    observer: {
      jobStarted: (job) => {
        book.started(job);
        stage.say(`rehearse:   ${job} …`);
      },
      jobHeld: (job, environment) => stage.say(`rehearse:   ${job} waits for the reviewers of ${environment}`),
      jobEnded: (job) => {
        book.ended(job);
        stage.say(`rehearse:   ${job.id}: ${job.result} (${job.seconds.toFixed(1)} s)`);
      },
      line: (job, _step, text) => book.line(job, text),
    },
  });
  await book.settled();
  await run.setRun({ ...state, status: 'completed', conclusion: outcome.conclusion });
  await keepRun(world.directory, { id, attempt, lane: options.lane, branch, sha, inputs, pullRequest, conclusion: outcome.conclusion, jobs: outcome.jobs });
  return outcome;
}

interface Seen {
  readonly options: RehearsalOptions;
  readonly run: WorldRun;
  readonly id: number;
  readonly surfaces: Surfaces;
  readonly before: Truth;
  readonly outcome: RunOutcome;
  readonly out: string;
}

async function conclude({ options, run, id, surfaces, before, outcome: ran, out }: Seen): Promise<Outcome> {
  const { requests, ...report } = await run.report();
  const outcome = composeOutcome({ workflow: options.lane, id, run: ran, before, after: await run.truth(surfaces), ...report });
  await writeFile(join(out, 'outcome.json'), `${JSON.stringify(outcome, null, 2)}\n`);
  await writeFile(join(out, 'requests.jsonl'), requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  return outcome;
}

function isFork(pullRequest: PullRequestEvent | null): boolean {
  return pullRequest?.fork === true;
}

/** What an app that is installed in both repositories may. */
const LOCK_PERMISSIONS = { contents: 'write', actions: 'read' } as const;

/** The lock is in another repository, which a job's own token does not reach. */
function withLockToken(secrets: Awaited<ReturnType<typeof environmentSecrets>>, token: string | null): typeof secrets {
  return token === null ? secrets : Object.fromEntries(Object.entries(secrets).map(([name, values]) => [name, { ...values, LOCK_TOKEN: token }]));
}

/** GitHub's `none` is what is not there. */
function granted(permissions: Readonly<Record<string, 'none' | 'read' | 'write'>>): Record<string, 'read' | 'write'> {
  return Object.fromEntries(Object.entries(permissions).flatMap(([scope, level]) => (level === 'none' ? [] : [[scope, level]])));
}
