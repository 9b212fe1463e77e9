import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, openGroup } from '../../src/concurrency/group.ts';
import { withLock } from '../../src/concurrency/lock.ts';

let folder = '';
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'queue-')); });
afterEach(async () => { await rm(folder, { recursive: true }); });

interface Asked {
  readonly name: string;
  readonly answer: Promise<Answer>;
  /** Resolves when it waits, or has entered. */
  readonly settled: Promise<void>;
  cancelled: boolean;
}

function ask(log: string[], name: string, options: { queue?: 'single' | 'max'; cancelInProgress?: boolean; signal?: AbortSignal } = {}): Asked {
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const asked: Asked = {
    name,
    settled,
    cancelled: false,
    answer: openGroup(folder, 'g').enter({
      queue: options.queue ?? 'single',
      cancelInProgress: options.cancelInProgress ?? false,
      signal: options.signal ?? new AbortController().signal,
      cancel: () => void (asked.cancelled = true),
      waiting: () => settle(),
    }),
  };
  void asked.answer.then((answer) => {
    log.push(`${name} ${answer.kind}`);
    settle();
  });
  return asked;
}

async function leave(asked: Asked | undefined): Promise<void> {
  const answer = await asked?.answer;
  if (answer?.kind === 'entered') await answer.leave();
}

describe('a concurrency group', () => {
  test('Q1 single: a new waiter cancels the one that waits', async () => {
    const log: string[] = [];
    const first = ask(log, 'first');
    await first.settled;
    const second = ask(log, 'second');
    await second.settled;
    const third = ask(log, 'third');
    await third.settled;
    await second.answer;
    await leave(first);
    await leave(third);
    expect(log).toEqual(['first entered', 'second superseded', 'third entered']);
  });

  test('Q1 max: first in, first out', async () => {
    const log: string[] = [];
    const all: Asked[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      all.push(ask(log, name, { queue: 'max' }));
      await all.at(-1)?.settled;
    }
    for (const one of all) await leave(one);
    expect(log).toEqual(['a entered', 'b entered', 'c entered', 'd entered']);
  });

  test('Q1 max: a hundred may wait, the next is turned away', async () => {
    const log: string[] = [];
    const first = ask(log, 'first', { queue: 'max' });
    await first.settled;
    const group = join(folder, (await readdir(folder))[0] ?? '');
    for (let i = 0; i < 100; i += 1) await writeFile(join(group, `${i}.json`), JSON.stringify({ id: `${i}`, pid: process.pid, number: i + 5, state: 'waiting', cancelled: false }));
    expect((await ask(log, 'last', { queue: 'max' }).answer).kind).toBe('superseded');
    await leave(first);
  });

  test('Q1 cancel-in-progress asks the running one to end, and waits until it has', async () => {
    const log: string[] = [];
    const first = ask(log, 'first');
    await first.answer;
    const second = ask(log, 'second', { cancelInProgress: true });
    await second.settled;
    while (!first.cancelled) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual(['first entered']);
    await leave(first);
    await leave(second);
    expect(log).toEqual(['first entered', 'second entered']);
  });

  test('a waiter that is cancelled leaves no ticket', async () => {
    const log: string[] = [];
    const stop = new AbortController();
    const first = ask(log, 'first');
    await first.settled;
    const second = ask(log, 'second', { signal: stop.signal });
    await second.settled;
    stop.abort();
    expect((await second.answer).kind).toBe('cancelled');
    await leave(first);
    expect((await readdir(join(folder, (await readdir(folder))[0] ?? ''))).filter((name) => name.endsWith('.json'))).toEqual([]);
  });

  test('the ticket of a process that has died does not count', async () => {
    const group = join(folder, (await openFolder()) ?? '');
    const pid = await deadProcess();
    await writeFile(join(group, 'dead.json'), JSON.stringify({ id: 'dead', pid, number: 0, state: 'running', cancelled: false }));
    const log: string[] = [];
    const next = ask(log, 'next');
    await leave(next);
    expect(log).toEqual(['next entered']);
  });

  test('the lock of a process that has died is taken away', async () => {
    await writeFile(join(folder, 'g.lock'), String(await deadProcess()));
    expect(await withLock(join(folder, 'g'), () => Promise.resolve('in'))).toBe('in');
  });
});

async function openFolder(): Promise<string | undefined> {
  const log: string[] = [];
  await leave(ask(log, 'maker'));
  return (await readdir(folder))[0];
}

function deadProcess(): Promise<number> {
  const child = spawn('true');
  return new Promise((resolve) => child.once('exit', () => resolve(child.pid ?? 0)));
}
