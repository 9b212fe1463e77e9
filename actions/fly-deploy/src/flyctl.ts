import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionContext } from '@vendure-deploy/shared/action';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import type { FlyClient } from '@vendure-deploy/shared/providers/fly';
import { childEnvironment, pinnedTool, runTool } from '@vendure-deploy/shared/tools';
import type { WantedFlyctl } from './flyctl-version.ts';
import type { inputs as declared } from './io.ts';
import type { Attempt } from './judge.ts';
import { releaseCommandTimer, releaseCommandWords } from './release-command.ts';
import { releaseOf } from './release.ts';
import type { Stopwatch } from './stopwatch.ts';
import { transienceOf } from './transience.ts';

interface Deploy {
  readonly context: ActionContext<typeof declared>;
  readonly flyctlRelease: WantedFlyctl;
  readonly surface: VendureSurface;
  readonly image: string;
  /** Not for a way back: the old image knows the old schema only. */
  readonly releaseCommand: boolean;
  readonly fly: FlyClient;
  readonly watch: Stopwatch;
  readonly deadlineMs: number;
}

const RELEASES = 'https://github.com/superfly/flyctl/releases/download';

/** Installs the pinned flyctl and runs one deploy. @returns what it said; the gate decides what it did */
export async function deployWithFlyctl({ context, flyctlRelease, surface, image, releaseCommand, fly, watch, deadlineMs }: Deploy): Promise<Attempt> {
  const { inputs, log, http, signal, temporary, workspace } = context;
  const { version, sha256, from } = flyctlRelease;
  log.info(`flyctl ${version}, named by ${from}`);
  const folder = `${RELEASES}/v${version}`;
  const flyctl = await watch.time('tool', () => pinnedTool({
    name: 'flyctl',
    version,
    url: `${folder}/flyctl_${version}_Linux_${process.arch === 'arm64' ? 'arm64' : 'x86_64'}.tar.gz`,
    sha256,
    checksumsUrl: `${folder}/flyctl_${version}_checksums.txt`,
    archiveEntry: 'flyctl',
    http,
    log,
    temporary,
  }));
  // flyctl writes HTTP bodies to its configuration folder, secrets included (up to 0.4.87): one that is gone afterwards.
  const home = await mkdtemp(join(temporary, 'fly-'));
  try {
    const timer = releaseCommandTimer(context.clock);
    const result = await watch.time('flyctl', () => runTool({
      command: flyctl.path,
      args: deployArguments({ app: surface.app, config: join(workspace, surface['fly-config']), image, strategy: inputs.strategy || (surface.strategy ?? ''), maxUnavailable: inputs['max-unavailable'], releaseCommand }),
      cwd: workspace,
      environment: {
        ...childEnvironment({ FLY_CONFIG_DIR: home, HOME: home, CI: '1', NO_COLOR: '1', FLY_SEND_METRICS: '0', FLY_SYNTHETICS_AGENT: '0', FLY_NO_UPDATE_CHECK: '1', FLY_NO_INCIDENTS_CHECK: '1', FLY_EMIT_RELEASE_JSON: '1' }),
        FLY_API_TOKEN: inputs['fly-api-token'],
      },
      deadlineMs,
      signal,
      log,
      onLine: timer.line,
    }));
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
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Pure, and its test is a table. `--deploy-retries` is always explicit: `auto` asks a feature-flag service. */
export function deployArguments(wanted: { app: string; config: string; image: string; strategy: string; maxUnavailable: string; releaseCommand: boolean }): string[] {
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
    ...(wanted.releaseCommand ? [] : ['--skip-release-command']),
    ...(wanted.strategy === '' ? [] : ['--strategy', wanted.strategy]),
    ...(wanted.maxUnavailable === '' ? [] : ['--max-unavailable', wanted.maxUnavailable]),
  ];
}

/** flyctl's own error lines, else the last thing it printed. */
function lastWords(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const errors = lines.filter((line) => /^(?:Error:|✖)/u.test(line));
  return (errors.length > 0 ? errors.slice(-2).join(' ') : (lines.at(-1) ?? '')).slice(0, 400);
}
