import { isDeepStrictEqual } from 'node:util';
import { type Call, machineOf } from './call.ts';
import { named, type Names } from './names.ts';
import { neutral } from './neutral.ts';

export type Step = string | { readonly call: string; readonly body: unknown };

/** What one Machine, or the app, was asked in order. Which group comes first, and what is asked side by side, is chance. */
export type Lanes = Readonly<Record<string, readonly Step[]>>;

export function lanesOf(calls: readonly Call[], names: Names): Lanes {
  const lanes = new Map<string, Call[]>();
  for (const call of calls) {
    const lane = laneOf(call, names);
    // Who reads them stops in the middle of it when nobody wants them any more.
    if (lane === 'logs' && call.status === null) continue;
    lanes.set(lane, [...(lanes.get(lane) ?? []), call]);
  }
  return { ...phasesOf(calls, names), ...Object.fromEntries([...lanes].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([lane, own]) => [lane, stepsOf(own, names, POLLED.has(lane))])) };
}

/** How often is a matter of the moment; what is asked, and what came of it, is not. */
const POLLED = new Set(['logs', 'renewals of leases']);

function distinct(steps: readonly Step[]): Step[] {
  return steps.filter((step, index) => steps.findIndex((other) => isDeepStrictEqual(step, other)) === index);
}

/** What changes something, as each kind of it comes first in a process group: none of its Machines goes ahead of the others. */
function phasesOf(calls: readonly Call[], names: Names): Lanes {
  const changes = calls.filter((call) => call.method !== 'GET' && call.path !== '/graphql' && !isRenewal(call));
  const groupOf = (call: Call): string | null => names.get(machineOf(call) ?? '')?.replace(/\/\d+$/u, '') ?? null;
  const groups = [...new Set(changes.map(groupOf))].filter((group) => group !== null);
  return Object.fromEntries(groups.toSorted().map((group) => {
    const kinds = changes.filter((call) => (groupOf(call) ?? group) === group).map(({ method, path }) => `${method} ${placeOf(path)}`);
    return [`phases of ${group}`, [...new Set(kinds)]];
  }));
}

function placeOf(path: string): string {
  return neutral(path).replace(/^\/v1\/apps\/[^/]+\/machines(?:\/[^/]+)?/u, 'machine').replace(/\/releases\/[^/]+$/u, '/releases/<release>');
}

function laneOf(call: Call, names: Names): string {
  const machine = machineOf(call);
  if (isRenewal(call)) return 'renewals of leases';
  if (call.path.endsWith('/logs')) return 'logs';
  // Once for a process group, at the Machine that comes first.
  if (call.path.endsWith('/ps')) return `ports of ${(names.get(machine ?? '') ?? '').replace(/\/\d+$/u, '')}`;
  if (machine !== null) return names.get(machine) ?? machine;
  return call.method === 'POST' && call.path.endsWith('/machines') ? 'creations that failed' : 'app';
}

/** Every third of a lease's time, beside whatever else is done. */
function isRenewal({ method, path, nonce }: Call): boolean {
  return method === 'POST' && path.endsWith('/lease') && nonce;
}

function stepsOf(calls: readonly Call[], names: Names, polled: boolean): Step[] {
  const steps = sideBySide(calls).map((call) => stepOf(call, names));
  return polled ? distinct(steps) : shortened(steps);
}

/** Waits of one Machine for several states go out at once: in one order here. */
function sideBySide(calls: readonly Call[]): Call[] {
  const sorted: Call[] = [];
  let waits: Call[] = [];
  const flush = (): void => {
    sorted.push(...waits.toSorted((one, other) => (one.query < other.query ? -1 : 1)));
    waits = [];
  };
  for (const call of calls) {
    if (call.path.endsWith('/wait')) waits.push(call);
    else {
      flush();
      sorted.push(call);
    }
  }
  flush();
  return sorted;
}

function stepOf({ method, path, query, nonce, body, status }: Call, names: Names): Step {
  const place = placeOf(path);
  const asked = query.replace(/instance=[^&]+/u, 'instance=<machine>').replace(/next_token=\w*/u, 'next_token=<token>');
  const call = [method, asked === '' ? place : `${place}?${asked}`, ...(nonce ? ['nonce'] : []), endOf(path, status)].join(' ');
  return body === null ? call : { call, body: JSON.parse(named(neutral(JSON.stringify(body)), names)) as unknown };
}

/** A wait that takes as long as flyctl has is over at both ends at once: which of them says so is chance. */
function endOf(path: string, status: number | null): string {
  return path.endsWith('/wait') && (status === null || status === 408) ? 'over' : String(status ?? 'gone');
}

export const AGAIN = '… again and again';
// What is written is counted, up to three times.
const COUNTED = 3;

function shortened(steps: readonly Step[]): Step[] {
  const runs: { step: Step; count: number }[] = [];
  for (const step of steps) {
    const last = runs.at(-1);
    if (last !== undefined && isDeepStrictEqual(last.step, step)) last.count += 1;
    else runs.push({ step, count: 1 });
  }
  return runs.flatMap(({ step, count }) => {
    // How often is read what is read until it is so depends on how fast a Machine starts: once in a recording was five times on a busy machine.
    if (typeof step === 'string' && step.startsWith('GET ')) return [step];
    return count > COUNTED ? [step, AGAIN] : Array.from({ length: count }, () => step);
  });
}
