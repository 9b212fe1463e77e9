import { expect, test } from '@jest/globals';
import type { ActionContext } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';
import { awaitBuild } from '../src/await-build.ts';
import type { Inputs } from '../src/io.ts';
import type { Target } from '../src/target.ts';

type Answer = { readonly status: number; readonly body: unknown };

const ENDED = { name: 'build', status: 'completed' };
const step = (status: string): { readonly name: string; readonly status: string } => ({ ...ENDED, status });
const job = (status: string, conclusion: string | null, steps = [step('completed')], name = 'deploy / dashboard-build'): Answer => ({
  status: 200, body: { jobs: [{ id: 1, run_id: 7, name: 'deploy / deploy', status: 'in_progress', conclusion: null, steps: [] }, { id: 2, run_id: 7, name, status, conclusion, steps }] },
});
const WORKS = job('in_progress', null);
const OTHERS = job('completed', 'success', [], 'deploy / storefront-build');

test.each<[string, readonly Answer[], string, number]>([
  // what GitHub answers, the last one for ever                                        what it comes to           seconds
  ['it had ended before',            [job('completed', 'success')],                     'built',                   0],
  ['it is at work for a while',      [WORKS, WORKS, job('completed', 'success')],       'built',                   4],
  ['GitHub is unwell for a while',   [{ status: 503, body: {} }, job('completed', 'success')], 'built',            2],
  ['it is not listed at first',      [OTHERS, job('completed', 'success')],             'built',                   2],
  ['it failed',                      [WORKS, job('completed', 'failure')],              'build-failed has not built the artifact', 2],
  ['it was cancelled',               [job('completed', 'cancelled')],                   'build-failed has not built the artifact', 0],
  ['its runner was lost',            [job('completed', 'failure', [step('in_progress')])], 'build-failed which lost its runner', 0],
  ['it never ends',                  [WORKS],                                           'build-unfinished it is in_progress, after 10 s', 10],
  ['it never comes',                 [OTHERS],                                          'build-unfinished GitHub knows no job dashboard-build of this run', 10],
  ['the token may not read it',      [{ status: 403, body: {} }],                       'build-unfinished needs `actions: read`', 0],
])('%s', async (_, answers, expected, seconds) => {
  const { came, waited } = await waitedFor(answers);
  const [code = '', ...words] = expected.split(' ');
  expect(came).toEqual([code, expect.stringContaining(words.join(' '))]);
  expect(waited).toBe(seconds);
});

/** Time passes only while it is slept. */
async function waitedFor(answers: readonly Answer[]): Promise<{ came: readonly [string, string]; waited: number }> {
  const left = [...answers];
  let now = 0;
  const context = {
    inputs: { 'github-token': new Secret('t'), 'build-timeout-seconds': 10, 'read-interval-seconds': 2 },
    run: { apiUrl: 'https://api.github.com', repository: 'example/shop', runId: 7 },
    http: { request: async () => { const { status, body } = (left.length > 1 ? left.shift() : left[0]) ?? { status: 500, body: {} }; return { kind: 'response', status, headers: {}, text: () => JSON.stringify(body), json: () => body }; } },
    clock: { now: () => now, sleep: async (ms: number) => { now += ms; } },
    signal: new AbortController().signal,
    log: { info: () => {} },
  } as unknown as ActionContext<Inputs>;
  const came = await awaitBuild({ surface: 'dashboard', wranglerRange: '^4', config: { 'public-url': 'https://dashboard.shop.example' } } as Target, context).then(
    ({ reasonCode, message }) => [reasonCode, message] as const,
    (error: unknown) => [(error as { reasonCode: string }).reasonCode, (error as Error).message] as const,
  );
  return { came, waited: now / 1000 };
}
