import { expect, test } from '@jest/globals';
import type { Clock } from '@vendure-deploy/shared/action';
import { type Deployment, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import { shift, type Shifted, type Split, type Trail } from '../src/gradual/traffic.ts';
import type { Said } from '../src/wrangler/call.ts';

const of = (id: string, versions: Split): Deployment => ({ id, createdOn: '2026-01-01T00:00:00Z', versions });
const anchor = of('d-1', [{ id: 'v-old', percentage: 100 }]);
const split: Split = [{ id: 'v-new', percentage: 10 }, { id: 'v-old', percentage: 90 }];
const asked = of('d-2', split);
const theirs = of('d-9', [{ id: 'v-x', percentage: 100 }]);
const said = (exitCode: number | null, firstError = ''): Said => ({ exitCode, timedOut: exitCode === null, versionId: null, failure: null, firstError });
const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };

/** What is live by turns, one per read, the last one for ever. */
async function shifted(reads: readonly (Deployment | null | 'unreadable')[], answer: Said, trail: Trail = { deploymentId: 'd-1', pending: [] }): Promise<{ outcome: Shifted; writes: number; kept: Trail[] }> {
  let read = 0;
  let writes = 0;
  const kept: Trail[] = [];
  const outcome = await shift({
    cloudflare: {
      async liveDeployment() {
        const now = reads[Math.min((read += 1), reads.length) - 1] ?? null;
        if (now === 'unreadable') throw new ProviderError('unavailable', 'Cloudflare did not answer');
        return now;
      },
    },
    worker: 'shop', trail, split, clock, signal: new AbortController().signal, intervalMs: 1000,
    keep: (trail) => void kept.push(trail),
    write: () => Promise.resolve((writes += 1, answer)),
  });
  return { outcome, writes, kept };
}

test.each<[string, Parameters<typeof shifted>[0], Said, string, number]>([
  // the exit code, and what was read before and after                                         outcome         writes
  ['exit 0, as asked',             [anchor, asked],                                 said(0),    'as-asked',     1],
  ['exit 1, as asked',             [anchor, asked],                                 said(1),    'as-asked',     1],
  ['exit 0, late',                 [anchor, anchor, anchor, asked],                 said(0),    'as-asked',     1],
  ['exit 0, one read fails',       [anchor, 'unreadable', asked],                   said(0),    'as-asked',     1],
  ['exit 1, as before',            [anchor],                                        said(1),    'not-shifted',  2],
  ['exit 0, as before',            [anchor],                                        said(0),    'not-shifted',  2],
  ['exit 1, then it works',        [anchor, anchor, anchor, anchor, anchor, asked], said(1),    'as-asked',     2],
  ['10220 is final',               [anchor],                                        said(1, 'no [code: 10220]'), 'not-shifted', 1],
  ['somebody else before',         [theirs],                                        said(0),    'drifted',      0],
  ['somebody else meanwhile',      [anchor, theirs],                                said(0),    'drifted',      1],
  ['the Worker is gone',           [null],                                          said(0),    'drifted',      0],
  ['unreadable before',            ['unreadable'],                                  said(0),    'not-shifted',  0],
])('%s: %3$s', async (_, reads, answer, kind, expected) => {
  const { outcome, writes } = await shifted(reads, answer);
  expect([outcome.kind, writes]).toEqual([kind, expected]);
});

test('what is asked for is kept before the write, and what came of it afterwards', async () => {
  expect((await shifted([anchor, asked], said(0))).kept).toEqual([{ deploymentId: 'd-1', pending: [split] }, { deploymentId: 'd-2', pending: [] }]);
});

test('what was asked for before a cancel and arrives late is still ours', async () => {
  const half: Split = [{ id: 'v-new', percentage: 50 }, { id: 'v-old', percentage: 50 }];
  const { outcome } = await shifted([of('d-3', half), asked], said(0), { deploymentId: 'd-1', pending: [half] });
  expect(outcome).toEqual({ kind: 'as-asked', trail: { deploymentId: 'd-2', pending: [half] } });
});
