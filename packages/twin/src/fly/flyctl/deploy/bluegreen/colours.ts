import type { Deployment, Held, Update } from '../deployment.ts';
import type { LaunchInput } from '../../machines.ts';
import { Canceled, DeadlineExceeded, failureOf, find, FlyctlError, MachinesApiError, textOf } from '../../error.ts';
import { pool } from '../../scope.ts';

export interface Green {
  readonly held: Held;
  readonly input: LaunchInput;
}

/** The old Machines and the new ones; a signal only sets `aborted`: what is under way goes on to its next look. */
export interface Colours {
  readonly deployment: Deployment;
  readonly blues: readonly Update[];
  readonly greens: Green[];
  readonly aborted: AbortSignal;
  /** With all of it, what it has taken back included. */
  readonly ended: AbortSignal;
  readonly hanging: string[];
}

export class Aborted extends FlyctlError {
  constructor() {
    super('deployment aborted by user');
  }
}

export function throwIfAborted({ aborted }: Colours): void {
  if (aborted.aborted) throw new Aborted();
}

/** What Fly's API may get over by itself: 408, 429, 5xx, and a connection that broke. */
export function isTransient(error: unknown): boolean {
  if (find(error, Canceled) !== null || find(error, DeadlineExceeded) !== null) return false;
  const status = find(error, MachinesApiError)?.status ?? 0;
  return status === 408 || status === 429 || status >= 500 || /connection reset by peer|connection refused|eof/iu.test(textOf(error));
}

interface Retried {
  /** As in `Retrying cordon for machine …`. */
  readonly what: string;
  readonly name: string;
  /** Every failure is tried again and all of them are told. */
  readonly all?: boolean;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;

/** Five attempts, 0.5 s apart and twice as long each time. flyctl counts one too many in what it says (measured: "attempt 6/5"). */
export async function retried({ deployment: { clock } }: Colours, { what, name, all = false }: Retried, work: () => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const error = await failureOf(work());
    if (error === null) return;
    errors.push(error);
    if (!all && !isTransient(error)) throw error;
    process.stderr.write(`  Retrying ${what} for machine ${name} (attempt ${attempt + 1}/${ATTEMPTS}): ${textOf(error)}\n`);
    if (attempt === ATTEMPTS) throw all ? new FlyctlError(`All attempts fail:\n${errors.map((one, index) => `#${index + 1}: ${textOf(one)}`).join('\n')}`, { cause: error }) : error;
    await clock.rest(FIRST_PAUSE_MS * 2 ** (attempt - 1));
  }
}

/** Each of them, at most `--max-concurrent` at a time. @throws the first failure */
export async function forEach<T>({ deployment: { command } }: Colours, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const [error] = await pool(command.maxConcurrent, all.map((one) => () => work(one)));
  if (error !== undefined) throw error;
}

/** Only Machines on a host that answers are cordoned and stopped. */
export function isReachable({ held }: Update): boolean {
  return (held.machine.host_status ?? 'ok') === 'ok';
}

/** One id stands on the same line, several below one another with a backslash. */
export function destroyCommand(app: string, ids: readonly string[]): string {
  const base = `fly machine destroy --force -a ${app}`;
  return ids.length === 1 ? `${base} ${ids[0] ?? ''}` : `${base} \\\n${ids.map((id) => `  ${id}`).join(' \\\n')}`;
}
