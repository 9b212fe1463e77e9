import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ActionContext } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment, pinnedTool, runTool, type ToolResult } from '@vendure-deploy/shared/tools';
import type { WantedFlyctl } from './flyctl-version.ts';
import type { inputs as declared } from './io.ts';

type Context = ActionContext<typeof declared>;

export interface FlyctlCall {
  readonly args: readonly string[];
  /** What is no argument: argv can be read by every process of the machine. */
  readonly stdin?: Secret;
  readonly deadlineMs: number;
  onLine?(line: string): void;
}

/** flyctl for the deploy of one app: all calls share a home. */
export interface Flyctl {
  run(call: FlyctlCall): Promise<ToolResult>;
  /** The home is gone afterwards. */
  close(): Promise<void>;
}

const RELEASES = 'https://github.com/superfly/flyctl/releases/download';

/** Where flyctl is; fetched by whoever asks first. @throws {UserError} when it cannot be had, or is not the one that was pinned; nothing was started */
export type Installed = () => Promise<string>;

export function flyctlInstaller(context: Context, release: WantedFlyctl): Installed {
  let path: Promise<string> | null = null;
  return () => (path ??= install(context, release));
}

/**
 * One home for the import of secrets and for the deploy: flyctl remembers there which version of the secrets it has set, and asks with each Machine for that
 * version at least (`min_secrets_version`). Without it a Machine may start with the values of before. It also writes HTTP bodies there, secrets included
 * (up to 0.4.87), so nothing of it stays.
 */
export function openFlyctl({ log, signal, temporary, workspace }: Context, { installed, token }: { installed: Installed; token: Secret }): Flyctl {
  let home: Promise<string> | null = null;
  return {
    async run({ args, stdin, deadlineMs, onLine }) {
      const command = await installed();
      home ??= mkdtemp(join(temporary, 'fly-'));
      const folder = await home;
      return runTool({
        command,
        args,
        ...(stdin === undefined ? {} : { stdin }),
        ...(onLine === undefined ? {} : { onLine }),
        cwd: workspace,
        environment: {
          ...childEnvironment({ FLY_CONFIG_DIR: folder, HOME: folder, CI: '1', NO_COLOR: '1', FLY_SEND_METRICS: '0', FLY_SYNTHETICS_AGENT: '0', FLY_NO_UPDATE_CHECK: '1', FLY_NO_INCIDENTS_CHECK: '1', FLY_EMIT_RELEASE_JSON: '1' }),
          FLY_API_TOKEN: token,
        },
        deadlineMs,
        signal,
        log,
      });
    },
    async close() {
      if (home !== null) await rm(await home, { recursive: true, force: true });
    },
  };
}

async function install({ http, log, temporary }: Context, { version, sha256, from }: WantedFlyctl): Promise<string> {
  log.info(`flyctl ${version}, named by ${from}`);
  const folder = `${RELEASES}/v${version}`;
  const { path } = await pinnedTool({
    name: 'flyctl',
    version,
    url: `${folder}/flyctl_${version}_Linux_${process.arch === 'arm64' ? 'arm64' : 'x86_64'}.tar.gz`,
    sha256,
    checksumsUrl: `${folder}/flyctl_${version}_checksums.txt`,
    archiveEntry: 'flyctl',
    http,
    log,
    temporary,
  });
  return path;
}
