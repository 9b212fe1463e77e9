import { type Log, UserError } from '@vendure-deploy/shared/action';
import { childEnvironment, lastLines, runTool } from '@vendure-deploy/shared/tools';

export interface ShopCommand {
  /** `install` or `build`, as in the configuration. */
  readonly key: string;
  readonly argv: readonly string[];
  readonly workspace: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How a command of the shop ended; a cancel throws. */
export type Ran =
  | { readonly kind: 'succeeded' }
  /** It said so itself: by its exit code, and by what it wrote last. */
  | { readonly kind: 'failed'; readonly exitCode: number; readonly lastWords: string; readonly seconds: number }
  | { readonly kind: 'killed' }
  | { readonly kind: 'late' };

// What went wrong stands at the end.
const MOST_CHARACTERS = 256 * 1024;

/** Runs a command of the configuration, at the workspace's root, with the allow-listed environment: no token is ever in it. @throws {UserError} where it cannot be started */
export async function runShopCommand({ key, argv, workspace, environment, seconds, signal, log }: ShopCommand, title = key): Promise<Ran> {
  const [command = '', ...args] = argv;
  const shown = argv.join(' ');
  const tail = lastLines(MOST_CHARACTERS);
  const result = await log.group(`${title}: ${shown}`, () =>
    runTool({ command, args, cwd: workspace, environment: childEnvironment({ CI: 'true', ...environment }), deadlineMs: seconds * 1000, signal, log, onLine: tail.take, maxBytes: 0 }).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new UserError(`cf-worker-deploy: the configured \`${key}\` command could not be started (${shown}). Put ${command} on PATH in a step before this one.`, { reasonCode: 'tool-unavailable', cause });
    }),
  );
  signal.throwIfAborted();
  if (result.timedOut) return { kind: 'late' };
  if (result.exitCode === null) return { kind: 'killed' };
  return result.exitCode === 0 ? { kind: 'succeeded' } : { kind: 'failed', exitCode: result.exitCode, lastWords: tail.text(), seconds: result.seconds };
}

/** @throws {UserError} unless it succeeded; `more`: a sentence that belongs to it */
export function requireSuccess({ key, argv, seconds }: ShopCommand, ran: Ran, more = ''): void {
  if (ran.kind === 'succeeded') return;
  throw new UserError(`cf-worker-deploy: \`${key}\` (${argv.join(' ')}) ${ending(ran, seconds)}${more === '' ? '' : ` ${more}`}`, { reasonCode: 'build-failed' });
}

function ending(ran: Exclude<Ran, { kind: 'succeeded' }>, seconds: number): string {
  switch (ran.kind) {
    case 'late': return `did not end within ${seconds} s. \`build-timeout-seconds\` gives it longer.`;
    case 'killed': return 'ended with a signal. The end of its own log above says why.';
    case 'failed': return `ended with exit code ${ran.exitCode}. The end of its own log above says why.`;
  }
}
