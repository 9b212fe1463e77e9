import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, uptime, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { foresee, type Foreseen, outcomeFile, planWorkflow, Refused, runWorkflow, type RunOptions } from '@vendure-deploy/runner';
import { type Laptop, LAPTOP_VARIABLE } from '@vendure-deploy/shared/action';
import { type EnvironmentConfig, loadConfig } from '@vendure-deploy/shared/config';
import { gitRefClient } from '@vendure-deploy/shared/lock';
import { httpClient } from '@vendure-deploy/shared/net';
import { Secret } from '@vendure-deploy/shared/secrets';
import { readCheckout } from './checkout.ts';
import type { DeployOptions } from './command-line.ts';
import { approvals, confirmed, toConfirm } from './confirm.ts';
import { stepEnvironment } from './environment.ts';
import { loginOf, operatorsToken } from './github.ts';
import { interrupts } from './interrupts.ts';
import { keepLocks } from './keep-locks.ts';
import { planText } from './plan-text.ts';
import { Refusal } from './refusal.ts';
import { showRun } from './screen.ts';
import { keptSecrets, type OperatorSecrets, readSecrets } from './secrets.ts';
import { look, readReport, reported } from './serving.ts';
import { readCalled, readSource } from './source.ts';
import { type Ended, tell } from './tell.ts';
import { fileOf } from './workflows.ts';

const SUITE = join(import.meta.dirname, '../../..');
const API = 'https://api.github.com';

export interface Stage {
  readonly shell: NodeJS.ProcessEnv;
  readonly command: string;
  say(line: string): void;
  /** Each is one Ctrl-C. @returns how to stop listening */
  onInterrupt(press: () => void): () => void;
  readonly terminal: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream } | null;
  readonly screen: NodeJS.WriteStream;
}

export type Ending = { readonly kind: 'plan'; readonly text: string } | { readonly kind: 'declined' } | { readonly kind: 'ended'; readonly text: string; readonly document: unknown; readonly ok: boolean };

/** One deploy from this machine. Nothing of it outlives the call but `--out`, or the logs of one that did not succeed. @throws {Refusal} nothing was started */
export async function deploy(options: DeployOptions, stage: Stage): Promise<Ending> {
  const work = await mkdtemp(join(tmpdir(), 'deploy-'));
  try {
    const prepared = await prepare(options, stage, work);
    const { jobs, inputs, confirm, environments, title } = prepared;
    if (options.plan) {
      const planned = { title, inputs, jobs, confirm, secrets: prepared.secrets.found };
      return { kind: 'plan', text: options.json ? `${JSON.stringify(planned, null, 2)}\n` : planText(planned) };
    }
    if (prepared.secrets.missing.length > 0) stage.say(`there is no ${prepared.secrets.missing.join(' and no ')}, which the workflow calls for: set the variable, or write it to ${keptSecrets(stage.shell, prepared.start.repository)}/${environments[0] ?? 'ENVIRONMENT'}.env`);
    const stop = new AbortController();
    const deaf = stage.onInterrupt(() => stop.abort());
    const isMeant = await confirmed({ wanted: confirm, given: options.confirm, environments, what: `This is ${confirm ?? ''}, for real: ${title}`, command: stage.command, terminal: stage.terminal, signal: stop.signal }).finally(deaf);
    return isMeant && !stop.signal.aborted ? await perform(prepared, options, stage, work) : { kind: 'declined' };
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

type Start = Omit<RunOptions, 'environment' | 'work' | 'out' | 'observer' | 'signal' | 'shutdown'>;

interface Prepared {
  readonly title: string;
  readonly start: Start;
  readonly jobs: readonly Foreseen[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly confirm: string | null;
  readonly environments: readonly string[];
  readonly secrets: OperatorSecrets;
  readonly directory: string;
}

async function prepare({ workflow, ref, inputs: given, repo, secretFiles }: DeployOptions, { shell, say }: Stage, work: string): Promise<Prepared> {
  const checkout = await readCheckout(repo);
  const { repository } = checkout;
  const token = await operatorsToken(shell);
  const fetching = { token, environment: stepEnvironment(shell), work };
  const source = await readSource(checkout, ref, fetching);
  for (const remark of source.remarks) say(remark);
  const file = await fileOf(source.directory, workflow);
  const called = new Map<string, Promise<{ directory: string; sha: string }>>();
  const resolveRepository: RunOptions['resolveRepository'] = (name, at) => {
    if (name.toLowerCase() === repository.toLowerCase() && at === source.sha) return Promise.resolve(source);
    const found = called.get(`${name}@${at}`) ?? readCalled(name, at, SUITE, fetching, say);
    called.set(`${name}@${at}`, found);
    return found;
  };
  const plan = await planned({ repository, directory: source.directory, sha: source.sha, ref: source.ref, workflow: file, resolveRepository, defaultPermissions: 'read' });
  const takesRef = plan.dispatch !== null && 'ref' in plan.dispatch;
  if (source.commit !== null && !takesRef) throw new Refusal(`${workflow} takes no commit. Give a branch:  --ref ${source.defaultBranch}`);
  const http = httpClient({ signal: new AbortController().signal });
  const event = { name: 'workflow_dispatch', inputs: { ...(source.commit === null ? {} : { ref: source.commit }), ...given } };
  const actor = (await loginOf(http, token, API)) ?? userInfo().username;
  // Beyond every run's own number: GitHub has none for it.
  const about = { repository, sha: source.sha, ref: source.ref, event, actor, runId: Date.now(), defaultBranch: source.defaultBranch };
  const { jobs, inputs } = inPlace(() => foresee(plan, about));
  const environments = [...new Set(jobs.flatMap(({ environment }) => (environment === null || environment === '' || environment.endsWith('-approval') ? [] : [environment])))];
  const secrets = await readSecrets({ plan, shell, files: secretFiles, kept: keptSecrets(shell, repository), environments });
  return {
    title: `${workflow} · ${repository} ${source.commit?.slice(0, 7) ?? `${source.ref.replace(/^refs\/(?:heads|tags)\//u, '')} ${source.sha.slice(0, 7)}`}${environments.length === 0 ? '' : ` → ${environments.join(', ')}`}`,
    jobs, inputs, environments, secrets,
    confirm: toConfirm(jobs, inputs),
    directory: source.directory,
    start: {
      ...about, directory: source.directory, workflow: file, runAttempt: 1, secrets: secrets.shared, environmentSecrets: secrets.byEnvironment, variables: {}, githubToken: token, defaultPermissions: 'read',
      resolveRepository, node: process.execPath, interrupts: [], approvals: approvals(jobs),
    },
  };
}

async function perform({ title, start, jobs, inputs, environments, directory }: Prepared, options: DeployOptions, stage: Stage, work: string): Promise<Ending> {
  const out = resolve(options.out ?? (await mkdtemp(join(tmpdir(), `${options.workflow}-`))));
  await mkdir(out, { recursive: true });
  // What an earlier run left there would be read as this one's.
  await Promise.all(['jobs', 'artifacts', 'log.txt', 'summary.md', 'outcome.json'].map((name) => rm(join(out, name), { recursive: true, force: true })));
  const [environment = null] = environments;
  const config = await environmentOfConfig(directory, environment);
  const budgetSeconds = config === null ? null : Number(inputs['sla_seconds'] || config['sla-seconds']);
  const startedAt = Date.now();
  const laptop: Laptop = { id: randomUUID(), user: userInfo().username, host: hostname(), pid: process.pid, startedAt, command: stage.command, holds: join(work, 'holds') };
  const [cancel, shutdown] = [new AbortController(), new AbortController()];
  // Locks are given back whatever else is stopped.
  const http = httpClient({ signal: new AbortController().signal });
  const screen = await showRun({ title, jobs, startedAt, budgetSeconds, isLive: !options.plain && !options.json && stage.screen.isTTY, output: stage.screen, now: () => Date.now() });
  const deaf = stage.onInterrupt(interrupts({ cancel: () => cancel.abort(), kill: () => shutdown.abort(), running: () => screen.running(), say: (text) => screen.notice(text) }));
  const locks = keepLocks({
    folder: laptop.holds, run: laptop.id, signal: new AbortController().signal,
    clientOf: ({ repository, apiUrl }) => gitRefClient({ http, token: new Secret(start.githubToken), repository, apiUrl }),
    clock: { now: () => uptime() * 1000, sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }) },
    lost: (why) => {
      screen.notice(`The deploy is stopped. ${why}`);
      cancel.abort();
    },
  });
  try {
    const run = await runWorkflow({
      ...start, out, work: join(work, 'work'), artifacts: join(out, 'artifacts'), signal: cancel.signal, shutdown: shutdown.signal, observer: screen.observer,
      environment: { ...stepEnvironment(stage.shell), [LAPTOP_VARIABLE]: JSON.stringify(laptop) },
    });
    await locks.stop();
    // Also of a run that took none: the last screen says how the lock stands.
    const mayHold = environment !== null && jobs.some(({ permissions }) => permissions['contents'] === 'write');
    const left = await locks.giveBack(mayHold ? { environment, repository: start.repository, apiUrl: API, phase: '', isHeld: false } : null);
    screen.close();
    const outcome = outcomeFile(options.workflow, run);
    await writeFile(join(out, 'outcome.json'), `${JSON.stringify(outcome, null, 2)}\n`);
    const ok = outcome.conclusion === 'success';
    const report = environment === null ? null : await readReport(join(out, 'artifacts'), environment);
    const serving = report !== null ? reported(report) : config === null ? [] : await look(config, http, new AbortController().signal);
    const keeps = options.out !== null || !ok;
    if (!keeps) await rm(out, { recursive: true, force: true });
    const ended: Ended = { outcome, command: stage.command, environment, serving, locks: left, next: report?.next ?? [], said: report === null && ok ? screen.lastLines() : [], budgetSeconds, logs: keeps ? out : null, wasKilled: shutdown.signal.aborted };
    return { kind: 'ended', ok, text: tell(ended), document: { ...outcome, repository: start.repository, sha: start.sha, environment, serving, locks: left } };
  } finally {
    deaf();
    screen.close();
    await locks.stop();
  }
}

/** null: the run is about none, or it is not in the configuration; its own steps say so. */
async function environmentOfConfig(directory: string, environment: string | null): Promise<EnvironmentConfig | null> {
  if (environment === null) return null;
  const config = await loadConfig(join(directory, '.github/deploy.config.yml')).catch(() => null);
  return config?.environments[environment] ?? null;
}

function planned(options: Parameters<typeof planWorkflow>[0]): ReturnType<typeof planWorkflow> {
  return planWorkflow(options).catch((error: unknown) => { throw asRefusal(error); });
}

function inPlace<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** What the runner refuses stands in a file of the shop. */
function asRefusal(error: unknown): unknown {
  return error instanceof Refused ? new Refusal(`${error.refusal.message} (${error.refusal.file}:${error.refusal.line})`) : error;
}
