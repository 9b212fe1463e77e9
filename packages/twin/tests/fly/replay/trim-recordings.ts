/**
 * Makes `packages/twin/recordings` out of raw recordings of the real flyctl: `node packages/twin/tests/fly/replay/trim-recordings.ts <folder>`.
 * In the folder each scenario is a pair `NAME.jsonl` (settings, then each command and the calls that came in) and `NAME.txt` (what each command said and what
 * was there afterwards), beside the fly.toml files that the scenarios name. Those that recordings/README.md leaves out are left out.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Call, writeCall } from './call.ts';
import { rawCommands, rawScenario } from './raw.ts';
import { BODIES, RECORDINGS, type Recording } from './recording.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node trim-recordings.ts <folder of the raw recordings>');

const GENERATED = 'by tests/fly/replay/trim-recordings.ts; do not edit';
// What the stand-in has beside it is named in recordings/README.md.
const MODELLED = /^(?:deploy |version|auth whoami|secrets list|secrets (?:import|set|unset) --stage)/u;
const bodies = new Map<string, unknown>();
const leftOut = await namesLeftOut();
const files = await readdir(folder);
const names = files.filter((file) => file.endsWith('.jsonl')).map((file) => file.slice(0, -'.jsonl'.length)).filter((name) => !leftOut.has(name)).toSorted();

for (const file of await readdir(RECORDINGS)) if (/\.(?:json|toml)$/u.test(file)) await rm(join(RECORDINGS, file));
for (const file of files.filter((one) => one.endsWith('.toml'))) await writeFile(join(RECORDINGS, file), await readFile(join(folder, file)));
for (const name of names) await writeFile(join(RECORDINGS, `${name}.json`), written(await trimmed(folder, name)));
await writeFile(join(RECORDINGS, BODIES), `{\n${[...bodies].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, body]) => `${JSON.stringify(key)}: ${JSON.stringify(body)}`).join(',\n')}\n}\n`);
console.log(`${names.length} recordings, ${leftOut.size} left out`);

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

/** One line per thing that a person would compare. */
function written(recording: Recording): string {
  return `${JSON.stringify(recording, null, 1)}\n`;
}

/** The first column of the table of those that are left out. */
async function namesLeftOut(): Promise<ReadonlySet<string>> {
  const readme = await readFile(join(RECORDINGS, 'README.md'), 'utf8');
  return new Set([...readme.matchAll(/^\| `([^`]+)` \|/gmu)].map(([, name = '']) => name));
}
