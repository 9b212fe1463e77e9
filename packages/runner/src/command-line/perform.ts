import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { planWorkflow, runWorkflow } from '../engine/run.ts';
import type { Json } from '../expressions/values.ts';
import type { RunOptions } from '../options.ts';
import type { JobOutcome } from '../outcome.ts';
import type { WorkflowPlan } from '../plan/types.ts';
import type { Flags } from './flags.ts';
import { outcomeFile, type OutcomeFile } from '../outcome-file.ts';
import { openRepository } from './repository.ts';
import { findWorkflow } from './workflow-file.ts';

export interface Stage {
  say(line: string): void;
  /** Ctrl-C: the cancel button. */
  readonly cancel: AbortSignal;
  /** The runner goes away (X5). */
  readonly shutdown: AbortSignal;
}

/** Runs what the flags say. Nothing of it outlives the call but `--out`. @throws a sentence for the operator */
export async function perform(flags: Flags, stage: Stage): Promise<OutcomeFile> {
  return prepared(flags, stage, async (options, name) => {
    // What an earlier run left in this folder is not this run's; a re-run keeps the artifacts and logs of the jobs that it takes over.
    const old = ['log.txt', 'summary.md', 'outcome.json', ...(flags.rerunFailed ? [] : ['artifacts', 'jobs'])];
    await Promise.all(old.map((one) => rm(join(options.out, one), { recursive: true, force: true })));
    const run = await runWorkflow(options);
    const outcome = outcomeFile(name, run);
    await writeFile(join(options.out, 'outcome.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    await writeFile(join(options.out, 'run.json'), `${JSON.stringify({ 'run-id': options.runId, 'run-attempt': options.runAttempt })}\n`);
    return outcome;
  });
}

/** What would run. @throws {Refused} */
export async function plan(flags: Flags, stage: Stage): Promise<WorkflowPlan> {
  return prepared(flags, stage, (options) => planWorkflow(options));
}

async function prepared<T>(flags: Flags, stage: Stage, use: (options: RunOptions, name: string) => Promise<T>): Promise<T> {
  const work = await mkdtemp(join(tmpdir(), 'workflow-'));
  try {
    const out = resolve(flags.out ?? join(work, 'out'));
    await mkdir(out, { recursive: true });
    const repository = await openRepository({ folder: flags.repo, ref: flags.ref, work, ignore: [out, ...(flags.queue === null ? [] : [flags.queue])] });
    if (repository.dirty) stage.say(`workflow: the working tree of ${flags.repo} runs as it lies, with what is not committed`);
    const workflow = await findWorkflow(flags.file, flags.repo, repository.directory);
    const event = flags.event ?? (await eventOf(workflow, repository.directory));
    if (event !== 'workflow_dispatch' && Object.keys(flags.inputs).length > 0) throw new Error(`-f is an input of a workflow_dispatch; the event of this run is ${event}`);
    const payload = await payloadOf(flags.eventFile);
    const unfired = new Set(flags.interrupts);
    const before = flags.rerunFailed ? await previousRun(out) : null;
    const token = Object.entries(flags.secrets).find(([name]) => name.toUpperCase() === 'GITHUB_TOKEN')?.[1];
    const options: RunOptions = {
      repository: repository.name,
      directory: repository.directory,
      sha: repository.sha,
      ref: pullRef(event, payload) ?? repository.ref,
      workflow,
      event: { name: event, inputs: flags.inputs, payload },
      actor: flags.actor,
      runId: before?.runId ?? randomInt(1_000_000, 9_999_999),
      runAttempt: (before?.runAttempt ?? 0) + 1,
      secrets: flags.secrets,
      environmentSecrets: flags.environmentSecrets,
      variables: flags.variables,
      environmentVariables: flags.environmentVariables,
      // Never the operator's own: it is good for nothing but being masked, unless one is given.
      githubToken: token ?? `ghs_${randomUUID().replaceAll('-', '')}`,
      resolveRepository: (other, ref) => {
        if (other.toLowerCase() === repository.name.toLowerCase()) return repository.at(ref);
        return Promise.reject(new Error(`this runner fetches no other repository (${other}@${ref})`));
      },
      repositoryUrl: (other) => (other.toLowerCase() === repository.name.toLowerCase() ? repository.origin : `https://github.com/${other}`),
      environment: baseEnvironment(),
      node: process.execPath,
      work: join(work, 'work'),
      out,
      artifacts: join(out, 'artifacts'),
      interrupts: flags.interrupts.map((one) => ({ ...one, fired: () => unfired.delete(one) })),
      approvals: flags.approvals,
      ...(flags.queue === null ? {} : { queue: resolve(flags.queue) }),
      ...(before === null ? {} : { previous: before.jobs }),
      defaultBranch: repository.defaultBranch,
      signal: stage.cancel,
      shutdown: stage.shutdown,
      observer: {
        jobStarted: (id) => stage.say(`workflow:   ${id} …`),
        jobHeld: (id, environment) => stage.say(`workflow:   ${id} waits for the reviewers of ${environment}`),
        jobEnded: (job) => stage.say(`workflow:   ${job.id}: ${job.result} (${job.seconds.toFixed(1)} s)`),
        line: () => undefined,
      },
    };
    const result = await use(options, workflow.replace(/^.*\//u, '').replace(/\.ya?ml$/u, ''));
    if (!flags.plan) for (const { job, line } of unfired) stage.say(`workflow: --cancel ${job}${line === undefined ? '' : `:${line}`} cancelled nothing: ${line === undefined ? 'no such job ran' : 'no line of such a job had that text'}`);
    return result;
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A dispatch where the workflow has one, else its first trigger. A file that cannot be read is refused later, with its line. */
async function eventOf(workflow: string, directory: string): Promise<string> {
  const source = { repository: 'local/repository', directory, sha: '', ref: '' };
  const read = await planWorkflow({ ...source, workflow, resolveRepository: () => Promise.resolve({ directory, sha: '' }) }).catch(() => null);
  const triggers = read?.triggers ?? [];
  return triggers.includes('workflow_dispatch') ? 'workflow_dispatch' : (triggers[0] ?? 'workflow_dispatch');
}

/** A pull request runs on the merge of it, whose ref has its number. */
function pullRef(event: string, payload: Readonly<Record<string, Json>>): string | null {
  const pull = payload['pull_request'] as { number?: Json } | undefined;
  const number = payload['number'] ?? pull?.number;
  return event === 'pull_request' && typeof number === 'number' ? `refs/pull/${number}/merge` : null;
}

async function payloadOf(file: string | null): Promise<Record<string, Json>> {
  if (file === null) return {};
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`--event-file ${file}: no such file`);
  });
  try {
    return z.record(z.string(), z.json()).parse(JSON.parse(text));
  } catch {
    throw new Error(`--event-file ${file} holds no JSON object`);
  }
}

const outcomeShape = z.object({
  jobs: z.array(z.object({
    id: z.string(), name: z.string(), result: z.enum(['success', 'failure', 'cancelled', 'skipped']), seconds: z.number(), outputs: z.record(z.string(), z.string()),
    steps: z.array(z.object({ id: z.string(), name: z.string(), outcome: z.enum(['success', 'failure', 'cancelled', 'skipped']), conclusion: z.enum(['success', 'failure', 'cancelled', 'skipped']), seconds: z.number() })),
  })),
});
const runShape = z.object({ 'run-id': z.number(), 'run-attempt': z.number() });

async function previousRun(out: string): Promise<{ runId: number; runAttempt: number; jobs: JobOutcome[] }> {
  try {
    const { jobs } = outcomeShape.parse(JSON.parse(await readFile(join(out, 'outcome.json'), 'utf8')));
    const run = await readFile(join(out, 'run.json'), 'utf8').then((text) => runShape.parse(JSON.parse(text)), () => ({ 'run-id': randomInt(1_000_000, 9_999_999), 'run-attempt': 1 }));
    return { runId: run['run-id'], runAttempt: run['run-attempt'], jobs };
  } catch {
    throw new Error(`--rerun failed: ${out} holds no outcome.json of a run`);
  }
}

/** What a step sees of this shell: where its tools are, and how it reaches the network. */
function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
