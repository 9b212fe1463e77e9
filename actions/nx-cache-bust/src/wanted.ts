import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { GitHubClient, GitHubRuns, Job, WorkflowRun } from '@vendure-deploy/shared/providers/github';
import type { Inputs } from './io.ts';
import { isOfNx, matches, shortest } from './key.ts';
import { type Asked, keyReader } from './keys-of-log.ts';
import type { Wanted } from './plan.ts';

/** What is looked for, and where: beginnings of keys that one listing each finds. */
export interface Search {
  readonly wanted: Wanted;
  readonly beginnings: readonly string[];
  /** Beginnings of which only the newest entry of a ref is asked for: what would be restored next. */
  readonly siblings: readonly string[];
  /** Of one ref only. */
  readonly ref: string | null;
  /** Whose runs may save again what they restored; null: any. */
  readonly workflowId: number | null;
  readonly from: string;
}

interface Reads {
  readonly repository: string;
  readonly client: GitHubClient;
  readonly runs: GitHubRuns;
}

type Given = ActionContext<Inputs>['inputs'];

// Ten times the longest log that a failed build was seen to write.
const MOST_LOG_BYTES = 256 * 1024 * 1024;

/** @throws {UserError} for inputs that name nothing, too much, or a log without keys. @throws {ProviderError} */
export async function searchOf(inputs: Given, reads: Reads, log: ActionContext<Inputs>['log']): Promise<Search> {
  const fromLog = inputs['run-id'] > 0 || inputs['job-id'] > 0;
  if (fromLog && inputs.key !== '') throw new UserError('nx-cache-bust: `key` and a log (`run-id`, `job-id`) are both given. Give one of them.');
  if (fromLog) return byLog(inputs, reads, log);
  const ref = refOf(inputs.ref);
  if (inputs.key !== '') return byKey(inputs.key, inputs['restore-keys'], ref);
  if (inputs.pattern === '') throw new UserError('nx-cache-bust: nothing says which entries are meant. Give `run-id` or `job-id` (of a job that failed), `key`, or `pattern`.');
  return byPattern(inputs.pattern, ref);
}

function byKey(key: string, restoreKeys: readonly string[], ref: string | null): Search {
  const asked = [{ key, restoreKeys }];
  return { wanted: { asked, refs: ref === null ? null : [ref], restored: [], isMeant: (entry) => entry.key === key }, beginnings: [key], siblings: shortest(restoreKeys.filter((one) => one !== '')), ref, workflowId: null, from: `the key ${key}` };
}

function byPattern(pattern: string, ref: string | null): Search {
  if (pattern.replaceAll('*', '').trim().length < 2) throw new UserError(`nx-cache-bust: input \`pattern\` is ${JSON.stringify(pattern)}, which matches everything. Give a part of the key, as nx-ref.`);
  // The listing knows beginnings only, and a pattern may stand anywhere in a key.
  return { wanted: { asked: [], refs: ref === null ? null : [ref], restored: [], isMeant: (entry) => matches(entry.key, pattern) }, beginnings: [''], siblings: [], ref, workflowId: null, from: `the pattern ${pattern}` };
}

async function byLog(inputs: Given, { repository, client, runs }: Reads, log: ActionContext<Inputs>['log']): Promise<Search> {
  const jobs = inputs['job-id'] > 0 ? [await runs.job(repository, inputs['job-id'])] : await failedJobs(inputs['run-id'], repository, runs);
  const [first] = jobs;
  if (first === undefined) throw new UserError(`nx-cache-bust: no job of run ${inputs['run-id']} failed. Give the job whose log names the key: \`job-id\`.`);
  const isMeant = (key: string): boolean => (inputs.pattern === '' ? isOfNx(key) : matches(key, inputs.pattern));
  const asked: Asked[] = [];
  const restored = new Set<string>();
  for (const job of jobs) {
    const reader = keyReader();
    const read = await runs.readLog(repository, job.id, MOST_LOG_BYTES, reader.take);
    if (read.kind === 'absent') log.warning(`The log of ${job.name} cannot be read: ${read.why}.`);
    else if (!read.whole) log.warning(`The log of ${job.name} is longer than ${MOST_LOG_BYTES / 1024 / 1024} MiB: only that much was read.`);
    const keys = reader.keys();
    asked.push(...keys.asked.filter(({ key, restoreKeys }) => [key, ...restoreKeys].some(isMeant)));
    for (const key of keys.restored) if (isMeant(key)) restored.add(key);
  }
  const beginnings = shortest([...restored, ...asked.flatMap(({ key, restoreKeys }) => [key, ...restoreKeys])].filter((beginning) => beginning !== ''));
  if (beginnings.length === 0) throw new UserError(`nx-cache-bust: the log of ${jobs.map(({ name }) => name).join(', ')} names no key of a cache${inputs.pattern === '' ? ' of Nx' : ` like ${inputs.pattern}`}. Give \`key\` or \`pattern\`.`, { reasonCode: 'cache-key-not-found' });
  const run = await runs.run(repository, first.runId);
  const refs = inputs.ref === '' ? await readableRefs(run, repository, client) : [refOf(inputs.ref) ?? ''];
  return {
    wanted: { asked, refs, restored: [...restored], isMeant: (entry) => refs.includes(entry.ref) && isMeant(entry.key) && beginnings.some((beginning) => entry.key.startsWith(beginning)) },
    beginnings,
    siblings: [],
    ref: refs.length === 1 ? (refs[0] ?? null) : null,
    workflowId: run.workflowId,
    from: `the log of ${jobs.map(({ name }) => name).join(', ')}`,
  };
}

async function failedJobs(runId: number, repository: string, runs: GitHubRuns): Promise<readonly Job[]> {
  return (await runs.jobs(repository, runId)).filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out');
}

/** A job reads what its own ref has, then of a pull request the branch that it is to go into, then the default branch. */
async function readableRefs({ event, branch, pullRequests }: WorkflowRun, repository: string, client: GitHubClient): Promise<string[]> {
  const main = await client.defaultBranch(repository);
  const [pull] = pullRequests;
  const own = event.startsWith('pull_request') && pull !== undefined ? [`refs/pull/${pull.number}/merge`, `refs/heads/${pull.base}`] : branch === null ? [] : [`refs/heads/${branch}`];
  return [...new Set([...own, `refs/heads/${main}`])];
}

function refOf(given: string): string | null {
  if (given === '') return null;
  return given.startsWith('refs/') ? given : `refs/heads/${given}`;
}
