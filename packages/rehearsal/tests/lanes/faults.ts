import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, type Rehearsed, rehearsed, worldFolder } from '../stage.ts';

/** One fault, the outcome that it changes, and what is so afterwards. */
export interface Case {
  readonly fault: string;
  readonly lane?: string;
  readonly args?: readonly string[];
  /** null: no report was made. */
  readonly verdict: string | null;
  readonly serves: { readonly vendure: Serves; readonly dashboard?: Serves; readonly storefront?: Serves };
  /** Nothing of Fly, Cloudflare and the registry was changed. */
  readonly noWrites?: boolean;
  readonly lockedByAnother?: boolean;
  /** A line of the log. */
  readonly says?: RegExp;
  /** The run fails for this, whatever the verdict over the commits is. */
  readonly fails?: string;
  /** The lane after it, without the fault; false: the next case goes on from here. */
  readonly converges?: boolean;
}

/** `mixed`: Machines of both commits are at work. */
type Serves = 'new' | 'old' | 'mixed';

/** Vendure alone is what most faults of Fly are about, and a third of the time. */
export const VENDURE_ONLY = ['-f', 'dashboard=false', '-f', 'storefront=false'];

/** Each case in a world of its own: the verdict is the ground truth, the report names what serves and the command, our lock is free, a clean run converges. */
export function eachFault(cases: readonly (readonly [string, Case])[]): void {
  for (const [name, one] of cases) {
    test(
      `${name}: ${String(one.verdict)}`,
      async () => {
        const world = await worldFolder();
        try {
          judge(await run(one, world, ['--fault', one.fault]), one);
          if (one.converges !== false) expectConverged(await run(one, world, []), one);
        } finally {
          await rm(world, { recursive: true, force: true });
        }
      },
      2 * LONG,
    );
  }
}

/** The cases one after the other in one world; then one clean run. */
export function faultsInARow(cases: readonly (readonly [string, Case])[]): void {
  let world: string;
  beforeAll(async () => {
    world = await worldFolder();
  });
  afterAll(() => rm(world, { recursive: true, force: true }));
  for (const [name, one] of cases) test(`${name}: ${String(one.verdict)}`, async () => judge(await run(one, world, ['--fault', one.fault]), one), LONG);
  test('a clean run converges afterwards', async () => expectConverged(await run({}, world, []), { serves: { vendure: 'new', dashboard: 'new', storefront: 'new' } }), LONG);
}

function run(one: Pick<Case, 'lane' | 'args'>, world: string, more: readonly string[]): Promise<Rehearsed> {
  return rehearsed(one.lane ?? 'deploy-production', '--world', world, ...(one.args ?? []), ...more);
}

function judge({ outcome, summary, log, exitCode }: Rehearsed, one: Case): void {
  const { before, after } = outcome.truth;
  const wanted = (serves: Serves | undefined, surface: 'vendure' | 'dashboard' | 'storefront'): unknown => {
    if (serves === 'mixed') return { mixed: expect.arrayContaining([before[surface]]) as unknown };
    return serves === 'new' ? outcome.outputs['sha'] : before[surface];
  };
  expect({ verdict: outcome.verdict, rehearsal: outcome.rehearsal, stray: outcome['stray-calls'] }).toEqual({ verdict: one.verdict, rehearsal: { ok: true, why: '' }, stray: [] });
  expect(outcome.faults.every((fault) => fault.fired > 0)).toBe(true);
  for (const surface of ['vendure', 'dashboard', 'storefront'] as const) expect({ surface, serves: after[surface] }).toEqual({ surface, serves: wanted(one.serves[surface], surface) });
  if (one.lockedByAnother === true) expect(after.lock).toMatchObject({ holder: expect.stringContaining('/actions/runs/') as unknown });
  else expect(after.lock).toBe('free');
  if (one.noWrites === true) expect(outcome.writes).toBe(0);
  if (one.says !== undefined) expect(log).toMatch(one.says);
  const good = ['deployed', 'unchanged'].includes(String(one.verdict)) && outcome.conclusion === 'success';
  if (one.fails !== undefined) expect({ conclusion: outcome.conclusion, said: outcome.annotations.map(({ message }) => message).join('\n') }).toEqual({ conclusion: 'failure', said: expect.stringContaining(one.fails) as unknown });
  expect(exitCode).toBe(good ? 0 : 1);
  if (one.verdict === null) return;
  if (!good && outcome.conclusion !== 'cancelled') expect(summary).toContain(one.fails === undefined ? 'gh workflow run deploy-' : 'gh run rerun ');
  expect(log).toMatch(/vendure serves (?:[0-9a-f]{7}|several commits at once)|Vendure serves [0-9a-f]{7}/u);
}

function expectConverged({ outcome, exitCode }: Rehearsed, one: Pick<Case, 'serves'>): void {
  const sha = outcome.outputs['sha'];
  expect(['deployed', 'unchanged']).toContain(outcome.verdict);
  expect(outcome.truth.after).toMatchObject({ vendure: sha, worker: sha, lock: 'free' });
  if (one.serves.dashboard !== undefined) expect(outcome.truth.after).toMatchObject({ dashboard: sha, storefront: sha });
  expect(exitCode).toBe(0);
}
