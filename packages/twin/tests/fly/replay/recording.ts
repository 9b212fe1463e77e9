import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** What the stub answered otherwise than it would have; `p` and `gql` are regular expressions, times are counted from 1. */
const recordedFault = z.strictObject({
  m: z.string().optional(),
  p: z.string(),
  gql: z.string().optional(),
  status: z.number().optional(),
  body: z.unknown().optional(),
  times: z.number().optional(),
  skip: z.number().optional(),
  commit: z.boolean().optional(),
  reset: z.boolean().optional(),
  /** Seconds. */
  delay: z.number().optional(),
  hook: z.enum(['function:revert', 'function:mixed']).optional(),
  hookonly: z.boolean().optional(),
});

/** The stub's settings; a name that is not here is one that no replay knows to act out, and the recording does not load. */
const stubSettings = z.strictObject({
  seed: z.record(z.string(), z.number()).optional(),
  seed_stopped: z.array(z.number()).optional(),
  start_ms: z.number().optional(),
  update_ms: z.number().optional(),
  stop_ms: z.number().optional(),
  check_ms: z.number().optional(),
  release_run_ms: z.number().optional(),
  release_exit: z.number().optional(),
  backdate: z.boolean().optional(),
  checks_never: z.string().optional(),
  crash: z.string().optional(),
  ps: z.enum(['404', 'empty']).optional(),
  wg: z.literal('ok').optional(),
  /** `false`: they are refused (401). */
  logs: z.union([z.literal(false), z.literal(500), z.literal('noexit')]).optional(),
  image_missing: z.boolean().optional(),
  hold_first_lease: z.number().optional(),
  auth: z.literal('401').optional(),
  gql200: z.boolean().optional(),
  bluegreen_ok: z.boolean().optional(),
  host_bad: z.number().optional(),
  empty_list: z.number().optional(),
  faults: z.array(recordedFault).optional(),
});

const signalPlan = z.strictObject({
  sig: z.enum(['INT', 'TERM', 'KILL']),
  after: z.strictObject({ m: z.string(), p: z.string(), count: z.number().optional() }),
  /** Seconds after that call came in. */
  plus: z.number(),
});

const recordedCommand = z.strictObject({
  argv: z.string(),
  stdin: z.string().optional(),
  exit: z.number(),
  /** How long it took. */
  seconds: z.number(),
  stdout: z.array(z.string()),
  stderr: z.array(z.string()),
  /** In order of arrival, as `writeCall` writes one. */
  calls: z.array(z.string()),
  /** Every Machine afterwards, destroyed ones too. */
  machines: z.array(z.string()).optional(),
  /** The status of the newest release afterwards. */
  release: z.string().optional(),
});

const recording = z.strictObject({
  generated: z.string(),
  /** A file beside the recording, or the text itself. */
  flyToml: z.string(),
  stub: stubSettings,
  environment: z.record(z.string(), z.string().nullable()).optional(),
  signals: z.array(signalPlan).optional(),
  /** `app_secrets_minvers` of flyctl's own configuration afterwards. */
  remembered: z.record(z.string(), z.number()).optional(),
  commands: z.array(recordedCommand),
});

export type Recording = z.infer<typeof recording>;
export type RecordedCommand = z.infer<typeof recordedCommand>;
export type RecordedFault = z.infer<typeof recordedFault>;
export type StubSettings = z.infer<typeof stubSettings>;

export const RECORDINGS = join(import.meta.dirname, '../../../recordings');
/** The bodies of all recordings, each once: most deploys send the same ones. */
export const BODIES = 'bodies.json';

export async function recordingNames(): Promise<string[]> {
  return (await readdir(RECORDINGS)).filter((file) => file.endsWith('.json') && file !== BODIES).map((file) => file.slice(0, -'.json'.length)).toSorted();
}

export async function readRecording(name: string): Promise<Recording> {
  const read = recording.parse(JSON.parse(await readFile(join(RECORDINGS, `${name}.json`), 'utf8')));
  return { ...read, flyToml: read.flyToml.endsWith('.toml') ? await readFile(join(RECORDINGS, read.flyToml), 'utf8') : read.flyToml };
}

export async function readBodies(): Promise<Readonly<Record<string, unknown>>> {
  const { generated: _, ...bodies } = JSON.parse(await readFile(join(RECORDINGS, BODIES), 'utf8')) as Record<string, unknown>;
  return bodies;
}
