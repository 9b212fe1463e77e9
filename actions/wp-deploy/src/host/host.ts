import { type Log, UserError } from '@vendure-deploy/shared/action';
import type { WordPressSurface } from '@vendure-deploy/shared/config';
import type { Clock } from '@vendure-deploy/shared/action';
import { z } from 'zod';
import { sshFailure } from '../ssh/failure.ts';
import { type Session, TRIES } from '../ssh/session.ts';
import { MARK, PROGRAM } from './program.ts';

/** The answer was lost: whether it happened is for another look to say. */
export class HostLost extends Error {
  override readonly name = 'HostLost';
}

const files = z.record(z.string(), z.string()).transform((given): Files => new Map(Object.entries(given).map(([path, digest]) => [Buffer.from(path, 'base64').toString('utf8'), digest])));
const look = z.object({
  live: z.enum(['directory', 'link', 'other', 'absent']),
  sha: z.string().nullable(),
  files: files.nullable(),
  beside: files.nullable(),
  syntax: z.array(z.object({ path: z.string().transform((path) => Buffer.from(path, 'base64').toString('utf8')), why: z.string() })).nullable(),
  copies: z.array(z.object({ name: z.string(), sha: z.string().nullable() })),
  lock: z.object({ by: z.string(), until: z.string() }).nullable(),
  plugins: z.boolean(),
  writable: z.object({ plugins: z.boolean(), releases: z.boolean() }),
  oneFileSystem: z.boolean(),
  free: z.number(),
  missing: z.array(z.string()),
  version: z.string(),
});
const locked = z.object({ mine: z.boolean(), by: z.string().nullable(), until: z.string().nullable() });
const exchanged = z.object({ fenced: z.boolean(), out: z.string().nullish(), failed: z.string().nullish() });
const fenced = z.object({ fenced: z.boolean() });
const error = z.object({ error: z.string() });

/** Path below the plugin's folder → SHA-256 of the content, or `link`. */
export type Files = ReadonlyMap<string, string>;
export type Look = z.output<typeof look>;

export interface Host {
  /** Only reads. @param beside a folder of the releases that is to be read as well, and which of its PHP files are to be parsed */
  look(beside?: { readonly folder: string; readonly php: readonly string[] }, signal?: AbortSignal): Promise<Look>;
  /** Takes the lock, or renews it while it is ours; `folder` is made. */
  lock(seconds: number, folder: string | null): Promise<z.output<typeof locked>>;
  /** What is live goes to `out`, `in` becomes live: two renames in one process, and only while the lock is ours. Never tried twice. @throws {HostLost} */
  exchange(what: { readonly out: 'previous' | 'refused'; readonly in: string | null }, signal?: AbortSignal): Promise<z.output<typeof exchanged>>;
  /** Removes copies beyond `keep`, and whatever an upload left. */
  tidy(keep: number): Promise<boolean>;
  unlock(signal?: AbortSignal): Promise<void>;
}

export interface LockHolder {
  /** For whoever meets it. */
  readonly by: string;
  /** Of GitHub; '' elsewhere. */
  readonly run: string;
  readonly attempt: number;
}

interface Options {
  readonly session: Session;
  readonly config: WordPressSurface;
  readonly nonce: string;
  readonly holder: LockHolder;
  readonly retryMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const DEADLINE_MS = 120_000;

export function hostOf({ session, config, nonce, holder, retryMs, clock, log }: Options): Host {
  const own = { plugins: config['plugins-path'], releases: config['releases-path'], plugin: config.plugin };
  const once = async <T>(what: Readonly<Record<string, unknown>>, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> => {
    const asked = Buffer.from(JSON.stringify({ ...own, ...holder, nonce, ...what })).toString('base64');
    const ended = await session.run([config.php, '-d', 'display_errors=stderr', '-r', PROGRAM, '--', asked], DEADLINE_MS, signal);
    signal.throwIfAborted();
    const line = ended.stdout.split('\n').findLast((one) => one.startsWith(MARK));
    if (line !== undefined) return answerOf(line.slice(MARK.length), schema, config);
    if (ended.exitCode === 127) throw notReady(config, `it has no ${config.php}. Name the program with \`php\``);
    const failure = sshFailure(ended);
    if (ended.exitCode === 255 || ended.exitCode === null || ended.timedOut) throw new HostLost(failure.why);
    throw notReady(config, `${config.php} ended with exit code ${ended.exitCode} and without an answer: ${ended.stderr.trim().slice(0, 300)}`);
  };
  /** For what can be done twice. */
  const patiently = async <T>(what: Readonly<Record<string, unknown>>, schema: z.ZodType<T>, signal = session.signal): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(what, schema, signal);
      } catch (cause) {
        if (!(cause instanceof HostLost) || attempt >= TRIES) throw cause;
        log.info(`${config.host}: ${cause.message}. Once more.`);
        await clock.sleep(retryMs, signal);
      }
    }
  };
  return {
    look: (beside, signal) => patiently({ do: 'look', beside: beside?.folder ?? null, php: (beside?.php ?? []).map((path) => Buffer.from(path).toString('base64')), programs: [config.wp, 'rsync'] }, look, signal),
    lock: (seconds, folder) => patiently({ do: 'lock', seconds, folder }, locked),
    exchange: (what, signal = session.signal) => once({ do: 'exchange', ...what }, exchanged, signal),
    tidy: async (keep) => (await patiently({ do: 'tidy', keep }, fenced)).fenced,
    unlock: async (signal) => void (await patiently({ do: 'unlock' }, fenced, signal)),
  };
}

function answerOf<T>(text: string, schema: z.ZodType<T>, config: WordPressSurface): T {
  const said: unknown = JSON.parse(text);
  const failed = error.safeParse(said);
  if (failed.success) throw notReady(config, failed.data.error);
  return schema.parse(said);
}

function notReady({ user, host }: WordPressSurface, why: string): UserError {
  return new UserError(`wp-deploy: ${user}@${host}: ${why}.`, { reasonCode: 'host-not-ready' });
}
