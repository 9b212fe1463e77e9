import { AGAIN, type Lanes, type Step } from './lanes.ts';
import type { Outcome } from './outcome.ts';
import type { Said } from './said.ts';

/** What the real flyctl leaves to chance: process groups run side by side, and the first failure cancels the others wherever they are. */
interface Race {
  readonly recordings: RegExp;
  /** Each that was seen, with the status that the release then has. */
  readonly exits: Readonly<Partial<Record<number, string>>>;
}

const EITHER = { 1: 'failed', 127: 'interrupted' };
const FAILED = { 1: 'failed' };

/** The exit codes are those of 430 runs (flyctl-measured, sections 5 and 6.8). */
const RACES: readonly Race[] = [
  // Without retries, 127 when the other group was still at work, 1 when it had failed by itself.
  { recordings: /^(?:50|60)-update-(?:409|412|429|500|504)-once-r0$|^51-update-412-always-r0$|^52-update-412-second-machine-r0$|^54-canary-update-412-once-r0$/u, exits: EITHER },
  { recordings: /^61-update-503-always(?:-delayed)?-r0$|^64-get-machine-429-(?:always|few)-r0$|^65-update-reset-(?:once|committed)-r0$/u, exits: EITHER },
  { recordings: /^35-rolling-never-starts-r0$|^36-rolling-crash-loop-r0$|^54-canary-create-500-r0$/u, exits: EITHER },
  // With retries always 1; which Machine's failure is told is chance, and so is the order in which a round takes them.
  { recordings: /^51-update-.*-r[12]$|^54-(?:canary|immediate)-412-always-r1$|^61-update-500-always-r1$|^35-rolling-never-starts-r1$|^36-rolling-crash-loop-r1$|^64-get-machine-429-always-r1$/u, exits: FAILED },
  // With retries leases are asked for one after the other, by chance: those that were had before are renewed meanwhile.
  { recordings: /^55-lease-held-rolling-r1$/u, exits: FAILED },
];

export function raceOf(recording: string): Race | null {
  return RACES.find(({ recordings }) => recordings.test(recording)) ?? null;
}

/** Where work stands that is canceled from beside: any of these may be the last of a Machine. */
const CUT_SHORT = [
  /^GET machine\/wait\?state=\w+&timeout=\d+ (?:over|200)$/u,
  /^GET machine (?:200|gone|429)$/u,
  /^GET machine\/ps (?:200|gone)$/u,
  /^POST machine nonce (?:gone|200|409|412|429|500|503|504)$/u,
  /^GET \/api\/v1\/apps\/[^/]+\/logs\?/u,
  /^POST machine (?:500|gone)$/u,
  /^· \[n\/\d\] (?:Waiting for|Checking that|Machine) /u,
  /update canceled(?: while it was in progress)?$|update failed: |: context canceled$|skipping machine update due to earlier failure$/u,
  /^Warn: got an error retrieving the logs /u,
];

interface Ends {
  readonly exit: number;
  readonly release: string | null;
  /** Said or asked in the replay, and in no run of the real flyctl. */
  readonly unknown: readonly string[];
  /** Said or asked by the real flyctl whoever wins, and not in the replay. */
  readonly missing: readonly string[];
}

/** A race's replay as sets: nothing that the real flyctl would not say or ask, and all that it says and asks in any case. */
export function compareRace(recorded: Outcome, replayed: Outcome, { exits, bodies }: Race & { readonly bodies: readonly unknown[] }): { readonly wanted: Ends; readonly got: Ends } {
  const sameEnd = recorded.exit === replayed.exit;
  const [known, found] = [itemsOf(recorded, sameEnd), itemsOf(replayed, sameEnd)];
  const sent = new Set(bodies.map((body) => sentOf(body)));
  const unknown = found.filter((item) => !known.includes(item) && !sent.has(item) && (sameEnd || !item.startsWith(`${SENT}{"error":`)) && !CUT_SHORT.some((text) => text.test(item)));
  const missing = known.filter((item) => !found.includes(item) && !item.startsWith(SENT) && !CUT_SHORT.some((text) => text.test(item)));
  const exit = exits[replayed.exit] === undefined ? recorded.exit : replayed.exit;
  return { wanted: { exit, release: exits[exit] ?? null, unknown: [], missing: [] }, got: { exit: replayed.exit, release: replayed.release, unknown, missing } };
}

/** What a call sent, to whichever Machine: a body that the real flyctl sends in no recording is unknown. Which Machines it comes to before it is cut short is chance. */
const SENT = 'sent ';

function sentOf(body: unknown): string {
  return `${SENT}${JSON.stringify(body, inOrder)}`;
}

/** Every line and every call once, of whichever Machine it is. An interruption has no error to tell: standard error is compared where both runs end the same way. */
function itemsOf({ stdout, stderr, calls, machines }: Outcome, withErrors: boolean): string[] {
  return [...new Set([...leftOf(machines ?? []), ...linesOf(stdout), ...(withErrors ? linesOf(stderr) : []), ...callsOf(calls)].map((line) => line.replaceAll(/\b(?:app|worker)\/\d+(?: \[\w+\])?/gu, '<machine>')))].toSorted();
}

/** Which version a Machine was left with, and in which state, is chance; that it was left leased, cordoned or marked is not. */
function leftOf(machines: readonly string[]): string[] {
  return machines.map((line) => line.replace(/^\S+ (\S+) \S+ \S+ release \d+/u, 'left $1'));
}

function linesOf(said: Said): string[] {
  return Object.values(said).flat();
}

function callsOf(lanes: Lanes): string[] {
  return Object.entries(lanes).flatMap(([lane, steps]) => (lane === 'renewals of leases' ? [] : steps.filter((step) => step !== AGAIN).flatMap(itemsOfStep)));
}

function itemsOfStep(step: Step): string[] {
  if (typeof step === 'string') return [step];
  return [step.call, sentOf(step.body)];
}

/** Two objects with the same fields are written alike. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
