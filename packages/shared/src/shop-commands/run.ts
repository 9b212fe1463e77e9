import type { Log } from '../action/definition.ts';
import type { Secret } from '../secrets/index.ts';
import { childEnvironment, runTool } from '../tools/index.ts';

export interface ShopCommand {
  /** By argv: no shell reads it. */
  readonly argv: readonly string[];
  /** Where the commit is checked out. */
  readonly workspace: string;
  readonly environment: Readonly<Record<string, Secret>>;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What a command of the shop said: `answer` is the last line of its stdout that is a JSON object, unread. */
export type CommandAnswer = { readonly kind: 'answered'; readonly exitCode: number; readonly answer: unknown } | { readonly kind: 'unreadable'; readonly why: string };

/** Never throws for what the command does; a command that cannot be started is unreadable, too. */
export async function runShopCommand({ argv, workspace, environment, timeoutSeconds, signal, log }: ShopCommand): Promise<CommandAnswer> {
  const [command = '', ...args] = argv;
  const shown = argv.join(' ');
  const ended = await runTool({ command, args, cwd: workspace, environment: { ...childEnvironment({ NO_COLOR: '1' }), ...environment }, deadlineMs: timeoutSeconds * 1000, signal, log }).catch((error: unknown) => {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  });
  signal.throwIfAborted();
  if (typeof ended === 'string') return unreadable(ended);
  if (ended.timedOut) return unreadable(`\`${shown}\` did not end within ${timeoutSeconds} s`);
  if (ended.exitCode === null) return unreadable(`\`${shown}\` was ended by ${ended.signal ?? 'a signal'}`);
  const answer = lastObject(ended.stdout);
  if (answer === null) return unreadable(`\`${shown}\` ended with ${ended.exitCode} and printed no line of JSON`);
  return { kind: 'answered', exitCode: ended.exitCode, answer };
}

function unreadable(why: string): CommandAnswer {
  return { kind: 'unreadable', why };
}

function lastObject(stdout: string): unknown {
  for (const line of stdout.split('\n').toReversed()) {
    const value = objectOf(line.trim());
    if (value !== null) return value;
  }
  return null;
}

function objectOf(line: string): unknown {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}
