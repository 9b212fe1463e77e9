import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeCommandFiles, pairsOf, readCommandFiles } from './command-files.ts';
import { readMetadata } from './metadata.ts';
import { endOrphans } from './orphans.ts';

export interface StartOptions {
  /** Absolute folder of the action. */
  readonly folder: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Beside what GitHub sets; nothing of the test's own environment reaches the action. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: an empty folder of its own. */
  readonly workspace?: string;
  /** Put into the workspace before the start, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** State that `main` saved: given, the action is started as `post`. */
  readonly state?: Readonly<Record<string, string>>;
  /** Look at the entry process's memory while it runs. */
  readonly weigh?: boolean;
  /** For the entry process alone, each once: when the log so far matches, or when the promise is fulfilled. */
  readonly signals?: readonly { readonly name: NodeJS.Signals; readonly when: RegExp | PromiseLike<unknown> }[];
}

export interface ActionRun {
  readonly exitCode: number | null;
  /** What the job's log would show: standard output and standard error as they came. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Every name that was written, in order; one that was written twice stands here twice. */
  readonly outputNames: readonly string[];
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything that was handed to the runner over files, as it stands there. */
  readonly commandFiles: string;
  /** Command lines of processes that outlived the action. */
  readonly orphans: readonly string[];
  readonly seconds: number;
  /** The most that was resident of the entry process, its children left out; null unless it was weighed. */
  readonly peakMb: number | null;
  /** From the first signal to the end; null without one. */
  readonly secondsAfterSignal: number | null;
}

/** Runs one action's bundle to its end, as a step of a job on GitHub's runner. */
export async function startAction(options: StartOptions): Promise<ActionRun> {
  const home = await mkdtemp(join(tmpdir(), 'acceptance-'));
  try {
    return await startIn(home, options);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function startIn(home: string, options: StartOptions): Promise<ActionRun> {
  const workspace = options.workspace ?? join(home, 'workspace');
  for (const folder of [workspace, join(home, 'temp'), join(home, 'tools')]) await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  const files = await makeCommandFiles(home);
  const trackingId = `github_${randomUUID()}`;
  const environment = { ...jobEnvironment(home, workspace), RUNNER_TRACKING_ID: trackingId, ...files, ...(await inputVariables(options)), ...stateVariables(options), ...options.environment };
  const started = performance.now();
  const child = spawn(process.execPath, [join(options.folder, 'dist/index.js')], { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  let log = '';
  let signalled: number | null = null;
  const send = (name: NodeJS.Signals): void => {
    signalled ??= performance.now();
    child.kill(name);
  };
  const awaited = new Set(options.signals ?? []);
  const take = (chunk: Buffer): void => {
    log += chunk.toString();
    for (const signal of [...awaited].filter(({ when }) => 'test' in when && when.test(log))) {
      awaited.delete(signal);
      send(signal.name);
    }
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  for (const { name, when } of awaited) if ('then' in when) void when.then(() => send(name));
  const scales = options.weigh === true ? weigh(child.pid ?? 0) : null;
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exitCode = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ended = performance.now();
  const peakMb = scales === null ? null : scales.stop();
  // Before the streams close: an orphan would hold them open.
  const orphans = await endOrphans(trackingId);
  await closed;
  const { GITHUB_OUTPUT: output, GITHUB_STATE: state, ...rest } = await readCommandFiles(files);
  return {
    exitCode,
    log,
    outputs: Object.fromEntries(pairsOf(output)),
    outputNames: pairsOf(output).map(([name]) => name),
    state: Object.fromEntries(pairsOf(state)),
    summary: rest.GITHUB_STEP_SUMMARY,
    commandFiles: [output, state, ...Object.values(rest)].join('\n'),
    orphans,
    seconds: (ended - started) / 1000,
    peakMb,
    secondsAfterSignal: signalled === null ? null : (ended - signalled) / 1000,
  };
}

const WEIGH_EVERY_MS = 25;

/** The kernel keeps the peak (VmHWM, proc_pid_status(5)): what matters is to have asked shortly before the end. */
function weigh(pid: number): { stop(): number } {
  let peakMb = 0;
  const look = (): void => {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/mu.exec(statusOf(pid))?.[1];
    if (kilobytes !== undefined) peakMb = Number(kilobytes) / 1024;
  };
  const timer = setInterval(look, WEIGH_EVERY_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peakMb;
    },
  };
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

function jobEnvironment(home: string, workspace: string): Record<string, string | undefined> {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: 'example/shop',
    GITHUB_RUN_ID: '1001',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_NUMBER: '1',
    GITHUB_JOB: 'job',
    GITHUB_ACTOR: 'operator',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_SHA: '0'.repeat(40),
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_GRAPHQL_URL: 'https://api.github.com/graphql',
    GITHUB_WORKFLOW_REF: 'example/shop/.github/workflows/deploy-production.yml@refs/heads/main',
    RUNNER_TEMP: join(home, 'temp'),
    RUNNER_TOOL_CACHE: join(home, 'tools'),
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
  };
}

/** All that action.yml declares are set, as the runner does: an input that is not given has its default or ''. */
async function inputVariables(options: StartOptions): Promise<Record<string, string>> {
  const { inputs } = await readMetadata(options.folder);
  const declared = Object.entries(inputs).map(([name, spec]) => [name, literal(spec.default ?? '')] as const);
  const given = Object.entries(options.inputs ?? {});
  return Object.fromEntries([...declared, ...given].map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]));
}

function stateVariables({ state = {} }: StartOptions): Record<string, string> {
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
}

/** A default that is an expression (`${{ github.token }}`) is the job's to evaluate; here it counts as not given. */
function literal(value: string): string {
  return value.includes('${{') ? '' : value;
}
