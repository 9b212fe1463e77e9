import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What one `docker buildx build` does; the last one is repeated. */
export interface Scene {
  readonly lines?: readonly string[];
  readonly exit?: number;
  /** Written as `containerimage.digest`. */
  readonly digest?: string;
  /** Ends on SIGINT; or never by itself. */
  readonly hangs?: 'politely' | 'deafly';
}

export interface Call {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** docker's config.json at that time. */
  readonly login: unknown;
  /** Whether a metadata file lay there already. */
  readonly metadataWasThere: boolean;
}

/** A program named docker in a folder of its own, which plays scenes and writes down how it was called. */
export interface ScriptedDocker extends AsyncDisposable {
  readonly folder: string;
  /** What `docker` asks of a PATH: it, and node. */
  readonly path: string;
  builds(): Promise<Call[]>;
  /** Everything else it was asked, as text. */
  questions(): Promise<string[]>;
}

export interface Answers {
  readonly version?: string;
  readonly inspect?: string;
  readonly driverStatus?: string;
}

export async function openScriptedDocker(scenes: readonly Scene[], answers: Answers = {}): Promise<ScriptedDocker> {
  const folder = await mkdtemp(join(tmpdir(), 'scripted-docker-'));
  const calls = join(folder, 'calls.jsonl');
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/docker'), `#!${process.execPath}\nconst GIVEN = ${JSON.stringify({ scenes, answers, calls })};\n${PROGRAM}\n`);
  await chmod(join(folder, 'bin/docker'), 0o755);
  const read = async (): Promise<Call[]> => (await readFile(calls, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Call);
  return {
    folder,
    path: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    builds: async () => (await read()).filter(({ argv }) => argv[1] === 'build'),
    questions: async () => (await read()).filter(({ argv }) => argv[1] !== 'build').map(({ argv }) => argv.join(' ')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const PROGRAM = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const argv = process.argv.slice(2);
const after = (flag) => argv[argv.indexOf(flag) + 1];
const isBuild = argv[0] === 'buildx' && argv[1] === 'build';
const before = existsSync(GIVEN.calls) ? readFileSync(GIVEN.calls, 'utf8').split('\\n').filter((line) => line.includes('"build"')).length : 0;
appendFileSync(GIVEN.calls, JSON.stringify({
  argv, environment: process.env, login: JSON.parse(readFileSync(process.env.DOCKER_CONFIG + '/config.json', 'utf8')),
  metadataWasThere: isBuild && existsSync(after('--metadata-file')),
}) + '\\n');
if (!isBuild) {
  const { version = 'github.com/docker/buildx v0.29.1 abc', inspect = 'Name: default\\nDriver: docker\\n', driverStatus = '[["driver-type","io.containerd.snapshotter.v1"]]' } = GIVEN.answers;
  console.log(argv[0] === 'info' ? driverStatus : argv[1] === 'version' ? version : inspect);
} else {
  const scene = GIVEN.scenes[Math.min(before, GIVEN.scenes.length - 1)];
  for (const line of scene.lines ?? []) console.error(line);
  if (scene.digest) writeFileSync(after('--metadata-file'), JSON.stringify({ 'containerimage.digest': scene.digest }));
  const dest = /dest=([^,]+)/.exec(argv.join(' '))?.[1];
  if (dest && !scene.exit) { mkdirSync(dest, { recursive: true }); writeFileSync(dest + '/index.json', String(before)); }
  if (scene.hangs) {
    setInterval(() => {}, 1000);
    process.on('SIGINT', () => { if (scene.hangs === 'politely') { console.error('ERROR: failed to solve: Canceled: context canceled'); process.exit(1); } });
    process.on('SIGTERM', () => {});
  } else process.exitCode = scene.exit ?? 0;
}`;
