import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.ts';
import { isAlive } from '../processes/liveness.ts';

interface Ticket {
  readonly id: string;
  readonly pid: number;
  /** Order of arrival. */
  readonly number: number;
  readonly state: 'waiting' | 'running';
  /** Somebody later has taken its place, or wants it to end. */
  readonly cancelled: boolean;
}

export interface Request {
  readonly queue: 'single' | 'max';
  readonly cancelInProgress: boolean;
  readonly signal: AbortSignal;
  cancel(): void;
  waiting(): void;
}

export type Answer = { readonly kind: 'entered'; leave(): Promise<void> } | { readonly kind: 'superseded' | 'cancelled' };

export interface Group {
  enter(request: Request): Promise<Answer>;
}

const MOST_WAITING = 100;
const LOOK_MS = 50;
// The death of another process changes no file: from time to time everybody looks without a reason.
const ANYWAY_MS = 1_000;

/** One concurrency group as a folder of tickets, one per process that runs in it or waits for it; tickets of dead processes do not count. */
export function openGroup(root: string, name: string): Group {
  const folder = join(root, createHash('sha256').update(name).digest('hex').slice(0, 32));
  return { enter: (request) => enter(folder, request) };
}

async function enter(folder: string, request: Request): Promise<Answer> {
  // At once: jobs that are ready together stand in the order in which they are written.
  mkdirSync(folder, { recursive: true });
  const id = randomUUID();
  const first = await withLock(folder, () => arrive(folder, id, request));
  if (first === 'full') return { kind: 'superseded' };
  let told = false;
  const changed = watchFolder(folder);
  let state: Awaited<ReturnType<typeof advance>> = first;
  while (state !== 'running') {
    if (!told) request.waiting();
    told = true;
    await sleep(LOOK_MS, undefined, { signal: request.signal }).catch(() => undefined);
    if (request.signal.aborted) {
      await withLock(folder, () => drop(folder, id));
      return { kind: 'cancelled' };
    }
    if (await changed()) state = await withLock(folder, () => advance(folder, id));
    if (state === 'cancelled') return { kind: 'superseded' };
  }
  return { kind: 'entered', leave: watch(folder, id, request) };
}

/** A new waiter takes the place of the one that waits (single), or stands behind all others (max); see the docs of `concurrency`. */
async function arrive(folder: string, id: string, { queue, cancelInProgress }: Request): Promise<'running' | 'waiting' | 'full'> {
  const tickets = await ticketsOf(folder);
  const waiting = tickets.filter((ticket) => ticket.state === 'waiting' && !ticket.cancelled);
  if (queue === 'max' && waiting.length >= MOST_WAITING) return 'full';
  const ended = [...(queue === 'single' ? waiting : []), ...(cancelInProgress ? tickets.filter((ticket) => ticket.state === 'running') : [])];
  for (const ticket of ended) await write(folder, { ...ticket, cancelled: true });
  const state = tickets.length === 0 ? 'running' : 'waiting';
  await write(folder, { id, pid: process.pid, number: Math.max(0, ...tickets.map((ticket) => ticket.number)) + 1, state, cancelled: false });
  return state;
}

async function advance(folder: string, id: string): Promise<'running' | 'waiting' | 'cancelled'> {
  const tickets = await ticketsOf(folder);
  const own = tickets.find((ticket) => ticket.id === id);
  if (own === undefined || own.cancelled) {
    await drop(folder, id);
    return 'cancelled';
  }
  const ahead = tickets.filter((ticket) => ticket.state === 'running' || (ticket.number < own.number && !ticket.cancelled));
  if (ahead.length > 0) return 'waiting';
  await write(folder, { ...own, state: 'running' });
  return 'running';
}

/** While it runs, it looks whether somebody wants it to end. */
function watch(folder: string, id: string, request: Request): () => Promise<void> {
  let asked = false;
  const timer = setInterval(() => {
    void readTicket(folder, `${id}.json`).then((ticket) => {
      if (asked || ticket?.cancelled !== true) return;
      asked = true;
      request.cancel();
    });
  }, LOOK_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await withLock(folder, () => drop(folder, id));
  };
}

/** Whether a ticket has come, gone or changed since the last question. */
function watchFolder(folder: string): () => Promise<boolean> {
  let seen = '', at = 0;
  return async () => {
    const now = await stat(folder, { bigint: true }).then((one) => String(one.mtimeNs), () => 'gone');
    if (now === seen && performance.now() - at < ANYWAY_MS) return false;
    seen = now;
    at = performance.now();
    return true;
  };
}

async function readTicket(folder: string, name: string): Promise<Ticket | null> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Ticket);
}

async function ticketsOf(folder: string): Promise<Ticket[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const tickets: Ticket[] = [];
  for (const name of names) {
    const ticket = await readTicket(folder, name);
    if (ticket === null) continue;
    if (isAlive(ticket.pid)) tickets.push(ticket);
    else await drop(folder, ticket.id);
  }
  return tickets.sort((a, b) => a.number - b.number);
}

/** Whole or not at all: readers do not take the lock. */
async function write(folder: string, ticket: Ticket): Promise<void> {
  const draft = join(folder, `${ticket.id}.${randomUUID()}.draft`);
  await writeFile(draft, JSON.stringify(ticket));
  await rename(draft, join(folder, `${ticket.id}.json`));
}

async function drop(folder: string, id: string): Promise<void> {
  await rm(join(folder, `${id}.json`), { force: true });
}
