import { type Call, readCall } from './call.ts';
import { lanesOf, type Lanes } from './lanes.ts';
import { named, type Names, namesOf } from './names.ts';
import type { RecordedCommand, Recording } from './recording.ts';
import { type Said, saidOf } from './said.ts';
import { seedsOf } from './seeds.ts';

/** One command, in a form in which a recording and its replay are the same when flyctl's behaviour is. */
export interface Outcome {
  readonly argv: string;
  readonly exit: number;
  readonly stdout: Said;
  readonly stderr: Said;
  readonly calls: Lanes;
  /** Every Machine afterwards; null where the recording has not looked. */
  readonly machines: readonly string[] | null;
  readonly release: string | null;
}

/** What was seen of one command, in a recording or in its replay. */
export interface Seen {
  readonly argv: string;
  readonly exit: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly calls: readonly Call[];
  readonly machines: readonly string[] | null;
  readonly release: string | null;
}

export function outcomeOf({ argv, exit, stdout, stderr, calls, machines, release }: Seen, names: Names, recording: Recording): Outcome {
  return {
    argv,
    exit,
    stdout: saidOf(stdout, names),
    stderr: saidOf(stderr, names),
    calls: lanesOf(calls, names),
    machines: machines?.map((line) => settled(named(line, names), recording)).toSorted() ?? null,
    release,
  };
}

/** What is on its way may be a step further in the other run, and checks pass a moment later, unless they never do. What crashes starts again and again. */
function settled(line: string, { stub }: Recording): string {
  const state = stub.crash === undefined ? line.replace(/ created /u, ' starting ') : line.replace(/ started /u, ' starting ');
  return stub.checks_never === undefined ? state.replace(/ ill$/u, '') : state;
}

export function recordedOutcomes(recording: Recording, bodies: Readonly<Record<string, unknown>>): Outcome[] {
  const names = recordedNames(recording);
  return recording.commands.map((command) => outcomeOf({ ...command, calls: recordedCalls(command, bodies), machines: command.machines ?? null, release: command.release ?? null }, names, recording));
}

export function recordedCalls({ calls }: RecordedCommand, bodies: Readonly<Record<string, unknown>>): Call[] {
  return calls.map((line) => readCall(line, bodies));
}

export function recordedNames({ commands, stub }: Recording): Names {
  const seen = commands.findLast(({ machines }) => machines !== undefined)?.machines?.map((line) => line.split(' ')).map(([id = '', group = '']) => ({ id, group }));
  return namesOf((seen ?? seedsOf({ stub })).toSorted((one, other) => (one.id < other.id ? -1 : 1)));
}
