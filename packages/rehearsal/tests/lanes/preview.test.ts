import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { openWorld } from '../../src/world/open.ts';
import type { World, WorldRun } from '../../src/world/types.ts';
import { LONG, type Rehearsed, rehearsed, worldFolder } from '../stage.ts';

let directory: string;
let world: World;
/** A look from outside: the runs join this world. */
let seen: WorldRun;
beforeAll(async () => {
  directory = await worldFolder();
  world = await openWorld({ directory, keep: true, speed: 10, from: null, say: () => undefined });
  seen = await world.openRun({ faults: [], latencyMs: 0, environment: 'staging' });
}, LONG);
afterAll(async () => {
  await seen.close();
  await world.leave();
  await rm(directory, { recursive: true, force: true });
});

const PREVIEW = 'shop-storefront-pr-12';
const happened = (action: string, ref: string, ...more: readonly string[]): Promise<Rehearsed> => rehearsed('preview-storefront', '--world', directory, '--pull-request', '12', '--action', action, '--ref', ref, ...more);
const ran = ({ outcome }: Rehearsed): string[] => outcome.jobs.filter(({ result }) => result !== 'skipped').map(({ id, result }) => `${id}: ${result}`);
const bodies = async (): Promise<string[]> => (await seen.comments(12)).map(({ body }) => body);

test('a pull request of a fork: one notice, no secret, nothing read or written at Cloudflare', async () => {
  const before = await seen.inventory();
  const fork = await happened('opened', 'develop', '--fork');
  expect(fork.outcome).toMatchObject({ conclusion: 'success', writes: 0, records: 0, 'stray-calls': [], rehearsal: { ok: true } });
  expect([ran(fork), fork.outcome.outputs]).toEqual([['preview / notice: success'], {}]);
  expect(fork.outcome.annotations).toEqual([expect.objectContaining({ level: 'notice', title: 'No preview', message: expect.stringContaining('after a review') as unknown })]);
  expect([await seen.inventory(), await bodies()]).toEqual([before, []]);
  expect(ran(await happened('closed', 'develop', '--fork'))).toEqual(['preview / notice: success']);
}, LONG);

test('a pull request has a Worker from its opening to its end, whose address stands in one comment', async () => {
  const before = await seen.inventory();
  const opened = await happened('opened', 'main');
  expect(opened.outcome).toMatchObject({ conclusion: 'success', rehearsal: { ok: true } });
  expect(ran(opened)).toEqual(['preview / build: success', 'preview / preview: success']);
  const { url, sha: first } = opened.outcome.outputs;
  expect(url).toBe(`https://${PREVIEW}.shop-example.workers.dev`);
  expect(await bodies()).toEqual([expect.stringMatching(new RegExp(`${url ?? ''}[\\s\\S]*${first ?? ''}`, 'u'))]);

  const pushed = await happened('synchronize', 'develop');
  const { sha: second } = pushed.outcome.outputs;
  expect(second).not.toBe(first);
  expect(pushed.outcome.outputs).toEqual({ url, sha: second });
  const [comment = '', ...others] = await bodies();
  expect(others).toEqual([]);
  expect(comment).toContain(second);
  expect(comment).not.toContain(first);
  const there = await seen.inventory();
  // All else of the account is as it was.
  expect({ ...there, workers: there.workers.filter(({ name }) => name !== PREVIEW) }).toEqual(before);
  expect(there.workers.find(({ name }) => name === PREVIEW)?.versions).toHaveLength(2);

  const closed = await happened('closed', 'develop');
  expect(ran(closed)).toEqual(['preview / remove: success']);
  expect(await seen.inventory()).toEqual(before);
  expect(await bodies()).toEqual([expect.stringContaining('removed')]);
  expect(opened.outcome.truth.before).toEqual(closed.outcome.truth.after);
}, 3 * LONG);
