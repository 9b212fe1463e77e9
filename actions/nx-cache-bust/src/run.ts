import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { type CacheEntry, githubCaches, githubClient, githubRuns, ProviderError, type WorkflowRun } from '@vendure-deploy/shared/providers/github';
import { deleteAll } from './delete.ts';
import type { Inputs, outputs } from './io.ts';
import { judge, judgeProvider } from './judge.ts';
import { listed, withSiblings } from './listing.ts';
import { pageOf } from './page.ts';
import { type Plan, planBust, refusalOf } from './plan.ts';
import { type Search, searchOf } from './wanted.ts';

type Context = ActionContext<Inputs>;
type Result = ActionResult<typeof outputs>;

// A running job saves what it restored when it ends; one that ends meanwhile is met by the next listing, and no listing waits for those that go on.
const ROUNDS = 3;

/** Finds, says what would be restored next, deletes, and looks again until nothing is left. */
export async function run(context: Context): Promise<Result> {
  try {
    return await bust(context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof ProviderError)) throw error;
    throw new UserError(judgeProvider(error), { reasonCode: 'cache-unavailable', cause: error });
  }
}

async function bust(context: Context): Promise<Result> {
  const { inputs, log, http, run: { apiUrl, repository: own, runId }, clock, signal } = context;
  const repository = repositoryOf(inputs.repository, own);
  const options = { http, token: inputs['github-token'], apiUrl };
  const [caches, client, runs] = [githubCaches(options, () => clock.now()), githubClient(options), githubRuns(options)];
  const search = await log.group('Find the keys', () => searchOf(inputs, { repository, client, runs }, log));
  const found = await log.group('List the cache', () => listed(caches, repository, search));
  const [first, active] = await Promise.all([withSiblings(found, caches, repository, search), found.some(search.wanted.isMeant) ? runs.active(repository, search.workflowId) : []]);
  const plan = planBust(search.wanted, first);
  for (const { id, ref, key, bytes, createdAt } of plan.targets) log.info(`${key} (${id}, ${ref}, ${bytes} bytes, ${createdAt})`);
  const saving = active.filter(({ id }) => id !== runId);
  const refusal = refusalOf(plan, inputs);
  const again = `gh workflow run ${context.run.workflowFile} ${argumentsOf(inputs)}`;
  const conclude = (deleted: readonly CacheEntry[], left: readonly CacheEntry[]): Result => {
    const judgement = judge({ from: search.from, plan, refusal, dryRun: inputs['dry-run'], deleted, left, saving, again });
    context.summary.add(pageOf({ search, plan, deleted, left, saving, dryRun: inputs['dry-run'], headline: judgement.message }));
    return resultOf(judgement, repository, search, plan, deleted, left, saving);
  };
  if (refusal !== null || inputs['dry-run'] || plan.targets.length === 0) return conclude([], plan.targets);

  const deleted: CacheEntry[] = [];
  let entries = first;
  let left = plan.targets;
  for (let round = 1; round <= ROUNDS && left.length > 0; round += 1) {
    const [targets, there] = [left, entries];
    deleted.push(...(await log.group(`Delete ${targets.length} entries`, () => deleteAll({ caches, repository, targets, entries: there, everyRef: search.ref === null, intervalMs: inputs['delete-interval-seconds'] * 1000, clock, signal, log }))));
    entries = await log.group('List the cache again', () => listed(caches, repository, search));
    left = entries.filter(search.wanted.isMeant);
  }
  return conclude(deleted, left);
}

function resultOf(judgement: ReturnType<typeof judge>, repository: string, { wanted, from }: Search, { targets, next }: Plan, deleted: readonly CacheEntry[], left: readonly CacheEntry[], saving: readonly WorkflowRun[]): Result {
  return {
    ...judgement,
    outputs: {
      'deleted-count': String(deleted.length),
      'deleted-keys': JSON.stringify([...new Set(deleted.map(({ key }) => key))]),
      'freed-bytes': String(deleted.reduce((sum, { bytes }) => sum + bytes, 0)),
      remaining: String(left.length),
      'next-restore': JSON.stringify(next),
    },
    result: { repository, from, refs: wanted.refs, targets, deleted, left, next, 'may-save-again': saving.map(({ url }) => url) },
  };
}

function repositoryOf(given: string, own: string): string {
  if (given === '') return own;
  if (/^[\w.-]+\/[\w.-]+$/u.test(given)) return given;
  throw new UserError(`nx-cache-bust: input \`repository\` is ${JSON.stringify(given)}. Give owner/name, or leave it empty for this one.`);
}

/** The same, by hand and for good. */
function argumentsOf({ 'run-id': runId, 'job-id': jobId, key, pattern, ref }: Context['inputs']): string {
  const given = [['run_id', runId > 0 ? String(runId) : ''], ['job_id', jobId > 0 ? String(jobId) : ''], ['key', key], ['pattern', pattern], ['ref', ref]] as const;
  return [...given.filter(([, value]) => value !== '').map(([name, value]) => `-f ${name}=${quoted(value)}`), '-f dry_run=false'].join(' ');
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/u.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
