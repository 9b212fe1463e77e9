import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expandMatrix, MatrixError } from '../matrix/expand.ts';
import { valueOf } from '../expressions/evaluate.ts';
import { parseWorkflowFile } from '../parser/github.ts';
import { type Entry, type Node, treeOf } from '../parser/tree.ts';
import { calleeOf, checkCall } from './call.ts';
import { conditionOf, fields, type Fields, Refused } from './fields.ts';
import { permissionsOf } from './permissions.ts';
import { checkActions } from './reach.ts';
import { stepsOf } from './steps.ts';
import { triggersOf } from './triggers.ts';
import type { ConcurrencyPlan, DefaultsPlan, JobPlan, Source, StrategyPlan, WorkflowPlan } from './types.ts';

export type ResolveRepository = (repository: string, ref: string) => Promise<{ directory: string; sha: string }>;

// GitHub: 10 levels including the top caller, 50 called files in a run (docs, reusing workflows; W4).
const DEEPEST = 10;
const MOST_FILES = 50;

const WORKFLOW_KEYS = ['name', 'run-name', 'on', 'permissions', 'env', 'defaults', 'concurrency', 'cache-mode', 'jobs'];
const JOB_KEYS = [
  'name', 'needs', 'if', 'permissions', 'environment', 'concurrency', 'strategy', 'runs-on', 'outputs', 'env', 'defaults', 'continue-on-error', 'timeout-minutes', 'cache-mode', 'steps',
];
// W5.
const CALL_KEYS = ['name', 'needs', 'if', 'permissions', 'concurrency', 'strategy', 'cache-mode', 'uses', 'with', 'secrets'];

/**
 * Reads a workflow and, through it, every workflow it calls.
 * @throws {Refused} GitHub's parser complains, or a key is not run here; with file and line
 */
export async function readPlan(source: Source, path: string, resolve: ResolveRepository): Promise<WorkflowPlan> {
  return readFileOf({ source, path, resolve, depth: 1, files: new Set() });
}

interface Reading {
  readonly source: Source;
  readonly path: string;
  readonly resolve: ResolveRepository;
  readonly depth: number;
  /** Where a file that is not there is asked for. */
  readonly calledAt?: { readonly file: string; readonly line: number };
  readonly files: Set<string>;
}

async function readFileOf(reading: Reading): Promise<WorkflowPlan> {
  const { source, path, calledAt } = reading;
  const content = await readFile(join(source.directory, path), 'utf8').catch(() => {
    throw new Refused(`${source.repository} has no ${path} at ${source.ref}`, calledAt?.file ?? path, calledAt?.line ?? 1);
  });
  const parsed = await parseWorkflowFile(path, content);
  if (parsed.refused !== null) throw new Refused(parsed.refused.message, parsed.refused.file, parsed.refused.line);
  const root = fields(treeOf(parsed.root), path, 'a workflow', WORKFLOW_KEYS);
  const on = triggersOf(root.get('on'), path);
  const permissions = permissionsOf(root.get('permissions'));
  const defaults = defaultsOf(root, path);
  const jobs: JobPlan[] = [];
  for (const entry of root.entries('jobs')) jobs.push(await jobOf(entry, reading, defaults));
  return {
    file: path,
    name: root.text('name') ?? path,
    source,
    runName: root.get('run-name'),
    environment: root.get('env'),
    permissions,
    concurrency: concurrencyOf(root.get('concurrency'), path),
    triggers: on.names,
    dispatch: on.dispatch,
    call: on.call,
    jobs,
  };
}

async function jobOf({ key: id, line, value }: Entry, reading: Reading, defaults: DefaultsPlan | null): Promise<JobPlan> {
  const calls = value.kind === 'map' && value.entries.some((entry) => entry.key === 'uses');
  return calls ? callJob(id, line, value, reading) : stepsJob(id, line, value, reading, defaults);
}

async function stepsJob(id: string, line: number, node: Node, reading: Reading, workflowDefaults: DefaultsPlan | null): Promise<JobPlan> {
  const { path } = reading;
  const job = fields(node, path, `job \`${id}\``, JOB_KEYS);
  const environment = job.get('environment');
  const parts = environment?.kind === 'map' ? fields(environment, path, '`environment`', ['name', 'url', 'deployment']) : null;
  for (const runsOn of possibleSystems(job.get('runs-on'), strategyOf(job.get('strategy'), path))) refuseForeignSystems(runsOn, path);
  const steps = stepsOf(job.get('steps'), path);
  await checkActions(steps, reading);
  return {
    kind: 'steps',
    ...common(id, line, job, path),
    runsOn: job.get('runs-on'),
    environmentName: parts === null ? environment : parts.get('name'),
    environmentUrl: parts?.get('url') ?? null,
    outputs: Object.fromEntries(job.entries('outputs').map((entry) => [entry.key, entry.value])),
    env: job.get('env'),
    timeoutMinutes: job.get('timeout-minutes'),
    continueOnError: job.get('continue-on-error'),
    // A job's `defaults.run` replaces the workflow's whole map (H4).
    defaults: defaultsOf(job, path) ?? workflowDefaults,
    steps,
  };
}

async function callJob(id: string, line: number, node: Node, reading: Reading): Promise<JobPlan> {
  const job = fields(node, reading.path, `the calling job \`${id}\``, CALL_KEYS);
  const uses = job.text('uses') ?? '';
  const at = { uses, file: reading.path, line: job.get('uses')?.line ?? line };
  if (reading.depth >= DEEPEST) throw new Refused(`${uses}: workflows are nested deeper than ${DEEPEST} levels`, at.file, at.line);
  const { source, path } = await calleeOf(uses, reading, at.line);
  reading.files.add(`${source.repository}/${path}@${source.sha}`);
  if (reading.files.size > MOST_FILES) throw new Refused(`${uses}: a run may call ${MOST_FILES} workflow files`, at.file, at.line);
  const secrets = job.get('secrets');
  const callee = await readFileOf({ ...reading, source, path, depth: reading.depth + 1, calledAt: at });
  if (callee.call === null) throw new Refused(`${uses}: workflow_call key is not defined in the referenced workflow.`, at.file, at.line);
  checkCall(callee.call, job, secrets, at);
  return { kind: 'call', ...common(id, line, job, reading.path), callee, with: job.get('with'), secrets: secrets?.kind === 'scalar' && secrets.value === 'inherit' ? 'inherit' : secrets };
}

function common(id: string, line: number, job: Fields, path: string) {
  const needs = job.get('needs');
  const ids = needs === null ? [] : needs.kind === 'list' ? needs.items : [needs];
  return {
    id,
    line,
    name: job.get('name'),
    needs: ids.map((item) => (item.kind === 'scalar' ? String(item.value) : '')),
    condition: conditionOf(job.get('if')),
    permissions: permissionsOf(job.get('permissions')),
    concurrency: concurrencyOf(job.get('concurrency'), path),
    strategy: strategyOf(job.get('strategy'), path),
  };
}

function concurrencyOf(node: Node | null, file: string): ConcurrencyPlan | null {
  if (node === null) return null;
  if (node.kind !== 'map') return { group: node, cancelInProgress: null, queue: 'single', line: node.line };
  const concurrency = fields(node, file, '`concurrency`', ['group', 'cancel-in-progress', 'queue']);
  const cancelInProgress = concurrency.get('cancel-in-progress');
  const queue = concurrency.text('queue') ?? 'single';
  if (queue !== 'single' && queue !== 'max') throw new Refused(`\`queue\` is "${queue}". Allowed: single, max`, file, concurrency.line);
  // GitHub's parser lets it through; its language service, and the service itself, do not (Q2).
  if (queue === 'max' && cancelInProgress?.kind === 'scalar' && cancelInProgress.value === true) throw new Refused('`queue: max` and `cancel-in-progress: true` cannot be used together', file, cancelInProgress.line);
  const group = concurrency.get('group');
  if (group === null || (group.kind === 'scalar' && String(group.value ?? '') === '')) throw new Refused('The concurrency group must not be empty', file, concurrency.line);
  return { group, cancelInProgress, queue, line: concurrency.line };
}

function strategyOf(node: Node | null, file: string): StrategyPlan | null {
  if (node === null) return null;
  const strategy = fields(node, file, '`strategy`', ['matrix', 'fail-fast', 'max-parallel']);
  const matrix = strategy.get('matrix');
  if (matrix !== null && isLiteral(matrix)) {
    try {
      expandMatrix(valueOf(matrix, {}));
    } catch (error) {
      if (error instanceof MatrixError) throw new Refused(error.message, file, matrix.line);
      throw error;
    }
  }
  return { matrix, failFast: strategy.get('fail-fast'), maxParallel: strategy.get('max-parallel'), line: strategy.line };
}

function defaultsOf(of: Fields, file: string): DefaultsPlan | null {
  const defaults = of.get('defaults');
  const run = defaults === null ? null : fields(defaults, file, '`defaults`', ['run']).get('run');
  if (run === null) return null;
  const given = fields(run, file, '`defaults.run`', ['shell', 'working-directory']);
  return { shell: given.get('shell'), workingDirectory: given.get('working-directory') };
}

/** `runs-on`, and what a matrix that is written out makes of it: known before anything starts. */
function possibleSystems(node: Node | null, strategy: StrategyPlan | null): (Node | null)[] {
  const matrix = strategy?.matrix ?? null;
  if (node?.kind !== 'expression' || matrix === null || !isLiteral(matrix)) return [node];
  return expandMatrix(valueOf(matrix, {})).flatMap((leg): Node[] => {
    try {
      const value = valueOf(node, { matrix: leg.matrix });
      return [value].flat().flatMap((label) => (typeof label === 'string' ? [{ kind: 'scalar', value: label, line: node.line }] : []));
    } catch {
      // It needs more than the matrix: asked again when the job starts.
      return [];
    }
  });
}

/** Steps run on this machine: another operating system's job is not run as if it were its own. */
function refuseForeignSystems(node: Node | null, file: string): void {
  const items = node?.kind === 'list' ? node.items : node === null ? [] : [node];
  for (const item of items) {
    if (item.kind !== 'scalar') continue;
    const system = foreignSystem(String(item.value));
    if (system !== null) throw new Refused(`This runner is ${process.platform} and does not run \`runs-on: ${String(item.value)}\` (${system})`, file, item.line);
  }
}

export function foreignSystem(label: string): string | null {
  const own = { linux: /^(?:windows|macos)(?:-|$)/iu, darwin: /^(?:windows|ubuntu)(?:-|$)/iu }[process.platform as 'linux' | 'darwin'] ?? /^$/u;
  return own.exec(label)?.[0].replace(/-$/u, '').toLowerCase() ?? null;
}

function isLiteral(node: Node): boolean {
  if (node.kind === 'expression') return false;
  if (node.kind === 'list') return node.items.every(isLiteral);
  return node.kind === 'scalar' || node.entries.every((entry) => isLiteral(entry.value));
}
