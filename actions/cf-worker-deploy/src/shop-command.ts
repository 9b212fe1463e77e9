import { type Log, UserError } from '@vendure-deploy/shared/action';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';

interface ShopCommand {
  /** `install` or `build`, as in the configuration. */
  readonly key: string;
  readonly argv: readonly string[];
  readonly workspace: string;
  readonly environment: Record<string, string>;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Runs a command of the configuration, at the workspace's root, with the allow-listed environment: no token is ever in it. @throws {UserError} */
export async function runShopCommand({ key, argv, workspace, environment, seconds, signal, log }: ShopCommand): Promise<void> {
  const [command = '', ...args] = argv;
  const shown = argv.join(' ');
  const result = await log.group(`${key}: ${shown}`, () =>
    runTool({ command, args, cwd: workspace, environment: childEnvironment({ CI: 'true', ...environment }), deadlineMs: seconds * 1000, signal, log }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new UserError(`cf-worker-deploy: the configured \`${key}\` command could not be started (${shown}). Put ${command} on PATH in a step before this one.`, { reasonCode: 'tool-unavailable', cause });
    }),
  );
  signal.throwIfAborted();
  if (result.timedOut) throw new UserError(`cf-worker-deploy: \`${key}\` (${shown}) did not end within ${seconds} s. \`build-timeout-seconds\` gives it longer.`, { reasonCode: 'build-failed' });
  if (result.exitCode !== 0) throw new UserError(`cf-worker-deploy: \`${key}\` (${shown}) ended with ${result.exitCode === null ? 'a signal' : `exit code ${result.exitCode}`}. The end of its own log above says why.`, { reasonCode: 'build-failed' });
}
