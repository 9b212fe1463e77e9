/**
 * Takes raw recordings of the real flyctl over into `packages/twin/recordings`, beside those that are there: `node packages/twin/tests/fly/replay/trim-recordings.ts <folder>`.
 * In the folder each scenario is a pair `NAME.jsonl` (settings, then each command and the calls that came in) and `NAME.txt` (what each command said and what
 * was there afterwards), beside the fly.toml files that the scenarios name. Those that recordings/README.md leaves out are left out.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Call, writeCall } from './call.ts';
import { rawCommands, rawScenario } from './raw.ts';
import { BODIES, readBodies, RECORDINGS, type Recording, recordingNames } from './recording.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node trim-recordings.ts <folder of the raw recordings>');

const GENERATED = 'by tests/fly/replay/trim-recordings.ts; do not edit';
// What the stand-in has beside it is named in recordings/README.md.
const MODELLED = /^(?:deploy |version|auth whoami|machine (?:wait|destroy) |secrets list|secrets (?:import|set|unset) --stage)/u;
const bodies = new Map(Object.entries(await readBodies().catch(() => ({}))));
const leftOut = await namesLeftOut();
const files = await readdir(folder);
const names = files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -'.jsonl'.length)).filter((name) => !leftOut.has(name)).toSorted();

for (const file of files.filter((one) => one.endsWith('.toml'))) await takeToml(folder, file);
for (const name of names) await writeFile(join(RECORDINGS, `${name}.json`), `${JSON.stringify(await trimmed(folder, name), null, 1)}\n`);
await writeBodies();
console.log(`${names.length} recordings taken over; ${(await recordingNames()).length} there are, ${leftOut.size} are left out`);

/** Recordings share these files by their names. */
async function takeToml(folder: string, file: string): Promise<void> {
  const text = await readFile(join(folder, file), 'utf8');
  const known = await readFile(join(RECORDINGS, file), 'utf8').catch(() => text);
  if (known !== text) throw new Error(`There is another ${file} in ${RECORDINGS}: give this one another name, there and in its recordings.`);
  await writeFile(join(RECORDINGS, file), text);
}

/** Those that a recording still sends, one a line. */
async function writeBodies(): Promise<void> {
  const recordings = await Promise.all((await recordingNames()).map((name) => readFile(join(RECORDINGS, `${name}.json`), 'utf8')));
  const used = [...bodies].filter(([key]) => recordings.some((text) => text.includes(` #${key} `))).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const lines = [['generated', GENERATED] as const, ...used].map(([key, body]) => `${JSON.stringify(key)}: ${JSON.stringify(body)}`);
  await writeFile(join(RECORDINGS, BODIES), `{\n${lines.join(',\n')}\n}\n`);
}

async function trimmed(folder: string, name: string): Promise<Recording> {
  const [wire, said] = await Promise.all([readFile(join(folder, `${name}.jsonl`), 'utf8'), readFile(join(folder, `${name}.txt`), 'utf8')]);
  const { settings, calls } = rawScenario(wire);
  const { commands, remembered } = rawCommands(said);
  return {
    generated: GENERATED,
    ...settings,
    ...(remembered === null || Object.keys(remembered).length === 0 ? {} : { remembered }),
    commands: commands
      .map((command, index) => ({ ...command, calls: callsOf(command.argv, calls[index]).map((call) => writeCall(call, (body) => keyOf(call.method, call.path, body))) }))
      .filter(({ argv }) => MODELLED.test(argv)),
  };
}

/** The wire has the commands in the same order, without those at the end that call nothing. @throws when it is another command's */
function callsOf(argv: string, wire: { command: string; calls: readonly Call[] } | undefined): readonly Call[] {
  if (wire !== undefined && wire.command !== argv) throw new Error(`The text goes on with "${argv}", the wire with "${wire.command}"`);
  return wire?.calls ?? [];
}

/** A short name for a body: what it is for, and the beginning of its digest. */
function keyOf(method: string, path: string, body: unknown): string {
  const kind = /\/machines(?:\/[^/]+)?$/u.test(path) ? 'machine' : path.split('/').findLast((part) => /^[a-z_]+$/u.test(part)) ?? 'body';
  const key = `${method === 'PATCH' ? 'status' : kind}-${createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 6)}`;
  const known = bodies.get(key);
  if (known !== undefined && !isDeepStrictEqual(known, body)) throw new Error(`Two bodies are named ${key}`);
  bodies.set(key, body);
  return key;
}

/** The first column of the table of those that are left out. */
async function namesLeftOut(): Promise<ReadonlySet<string>> {
  const readme = await readFile(join(RECORDINGS, 'README.md'), 'utf8');
  return new Set([...readme.matchAll(/^\| `([^`]+)` \|/gmu)].map(([, name = '']) => name));
}
