import type { ActionContext } from '@vendure-deploy/shared/action';
import type { FlyClient } from '@vendure-deploy/shared/providers/fly';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import type { Flyctl } from './flyctl-tool.ts';
import type { inputs as declared } from './io.ts';
import type { Attempt } from './judge.ts';
import { releaseCommandTimer, releaseCommandWords } from './release-command.ts';
import { releaseOf } from './release.ts';
import type { Stopwatch } from './stopwatch.ts';
import { transienceOf } from './transience.ts';

interface Deploy {
  readonly context: ActionContext<typeof declared>;
  readonly flyctl: Flyctl;
  readonly args: readonly string[];
  readonly fly: FlyClient;
  readonly watch: Stopwatch;
  readonly deadlineMs: number;
}

/** Runs one deploy. @returns what flyctl said; the gate decides what it did */
export async function deployWithFlyctl({ context: { log, clock }, flyctl, args, fly, watch, deadlineMs }: Deploy): Promise<Attempt> {
  const timer = releaseCommandTimer(clock);
  const result = await watch.time('flyctl', () => flyctl.run({ args, deadlineMs, onLine: timer.line }));
  const spent = timer.seconds();
  if (spent !== null) watch.part('release-command', spent);
  const output = `${result.stdout}\n${result.stderr}`;
  const releaseCommandFailed = /release[_ ]command failed/u.test(output);
  const ownWords = releaseCommandFailed && !result.cancelled ? await releaseCommandWords({ output, fly, log }) : '';
  return {
    kind: 'ended',
    exitCode: result.exitCode,
    cancelled: result.cancelled,
    timedOut: result.timedOut,
    releaseCommandFailed,
    transience: transienceOf(output),
    lastWords: [lastWords(output), ownWords].filter((words) => words !== '').join(' The command itself: '),
    release: releaseOf(result.stdout),
  };
}

export interface DeployArguments {
  readonly app: string;
  readonly config: string;
  readonly image: string;
  readonly strategy: string;
  readonly maxUnavailable: string;
  /** Not for a way back: the old image knows the old schema only. */
  readonly releaseCommand: boolean;
  /** No Machine is made, not even for a process group that has none. */
  readonly updateOnly: boolean;
  /** How long all of it may take. */
  readonly seconds: number;
}

/** Pure, and its test is a table. `--deploy-retries` is always explicit: `auto` asks a feature-flag service. */
export function deployArguments(wanted: DeployArguments): string[] {
  return [
    'deploy',
    '--app',
    wanted.app,
    '--config',
    wanted.config,
    '--image',
    wanted.image,
    '--remote-only',
    '--yes',
    '--deploy-retries',
    '1',
    '--dns-checks=false',
    '--wait-timeout',
    `${waitSeconds(wanted.seconds)}s`,
    ...(wanted.updateOnly ? ['--update-only'] : []),
    ...(wanted.releaseCommand ? ['--release-command-timeout', `${half(wanted.seconds)}s`] : ['--skip-release-command']),
    ...(wanted.strategy === '' ? [] : ['--strategy', wanted.strategy]),
    ...(wanted.maxUnavailable === '' ? [] : ['--max-unavailable', wanted.maxUnavailable]),
  ];
}

// flyctl's own, for each wait of a Machine (fly deploy --help).
const DEFAULT_WAIT_SECONDS = 300;

/** Of the time that is left, so that flyctl ends by itself and takes its green Machines away before it is killed. */
function waitSeconds(left: number): number {
  return Math.min(DEFAULT_WAIT_SECONDS, half(left));
}

/** The release command gets half of the time, too: flyctl would leave a longer one running after its 5 minutes. */
function half(left: number): number {
  return Math.max(10, Math.floor(left / 2));
}

/** flyctl's own error lines, else the last thing it printed. */
export function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /^(?:Error:|✖)/u.test(line));
  // Redacted before it is cut: half a secret is no form that the redactor knows.
  return processRedactor.redact(errors.length > 0 ? errors.slice(-2).join(' ') : (lines.at(-1) ?? '')).slice(0, 400);
}
