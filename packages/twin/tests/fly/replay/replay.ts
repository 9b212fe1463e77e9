import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaultScript } from '../../../src/faults/index.ts';
import { machinesOf, releaseOf } from './afterwards.ts';
import { faultLines } from './faults.ts';
import { runFlyctl } from './flyctl.ts';
import { namesOf } from './names.ts';
import { type Outcome, outcomeOf, recordedCalls, recordedNames, type Seen } from './outcome.ts';
import type { Recording } from './recording.ts';
import { seedsOf } from './seeds.ts';
import { openWire } from './wire.ts';
import { worldOf } from './world.ts';

// What takes long waits for minutes; in what is short, tenths of a second decide what flyctl sees when it looks, and a call is to take less.
const LONG_S = 6;
const SPEEDS = { long: [8, 2, 1], short: [2, 1, 0.5] } as const;

/** The clock of a replay, and slower ones for another look at what disagrees: a machine that is busy is late where flyctl never was. */
export function speedsFor({ commands }: Recording): readonly number[] {
  return commands.some(({ seconds }) => seconds > LONG_S) ? SPEEDS.long : SPEEDS.short;
}

interface Options {
  readonly bodies: Readonly<Record<string, unknown>>;
  readonly speed: number;
  /** Compiled code, for all processes. */
  readonly cache: string;
}

export interface Replay {
  readonly outcomes: readonly Outcome[];
  /** Which version of the secrets flyctl remembers of each app, where the recording has it. */
  readonly remembered: Readonly<Record<string, number>> | undefined;
}

/** Runs a recording's commands with the stand-in, against a twin's Fly that is set up as the stub was. */
export async function replay(recording: Recording, { bodies, speed, cache }: Options): Promise<Replay> {
  const directory = await mkdtemp(join(tmpdir(), 'replay-'));
  const calls = recording.commands.flatMap((command) => recordedCalls(command, bodies));
  const faults = createFaultScript(faultLines(recording, calls, recordedNames(recording)), { speed });
  const fly = await worldOf(recording, { directory, speed, faults });
  const wire = await openWire({ fly, faults, speed, adapt: recording.stub.backdate === false ? (response) => Promise.resolve(response) : backdated });
  try {
    await writeFile(join(directory, 'fly.toml'), recording.flyToml);
    const seeds = seedsOf(recording);
    const seen: Seen[] = [];
    for (const command of recording.commands) {
      const before = wire.calls.length;
      const ended = await runFlyctl(command, recording, { directory, wire, speed, cache });
      const machines = command.machines === undefined ? null : await machinesOf(fly, [...seeds.map(({ id }) => id), ...wire.made.keys()]);
      const release = command.release === undefined ? null : await releaseOf(fly);
      seen.push({ argv: command.argv, ...ended, calls: wire.calls.slice(before), machines, release });
    }
    const made = [...wire.made].map(([id, group]) => ({ id, group })).toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const names = namesOf([...seeds, ...made]);
    return { outcomes: seen.map((one) => outcomeOf(one, names, recording)), remembered: recording.remembered && (await versionsIn(directory)) };
  } finally {
    await wire.stop();
    await fly.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function versionsIn(directory: string): Promise<Record<string, number>> {
  const text = await readFile(join(directory, '.fly/config.yml'), 'utf8');
  return Object.fromEntries([...text.matchAll(/^ {4}(\S+): (\d+)$/gmu)].map(([, app = '', version = '']) => [app, Number(version)]));
}

/** The stub said of each start that it was eleven seconds ago, so that flyctl's smoke checks end at once. */
async function backdated(response: Response): Promise<Response> {
  const text = await response.text();
  const aged = text.replaceAll(/("type":"start",[^{}]*?"timestamp":)(\d+)/gu, (_, before: string, at: string) => `${before}${Number(at) - 11_000}`);
  return new Response(response.status === 204 ? null : aged, { status: response.status, headers: response.headers });
}
