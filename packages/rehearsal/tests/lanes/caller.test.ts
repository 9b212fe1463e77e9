import { access, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { LONG, rehearsed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

jest.setTimeout(3 * LONG);

const CALLER = join(import.meta.dirname, '../../../../examples/ritsubi-caller');
const FROM_THERE = ['--caller', CALLER, '-f', 'ref=shop'];
let world: string;
beforeAll(async () => { world = await worldFolder(); });
afterAll(() => rm(world, { recursive: true, force: true }));

test("another repository deploys by the same lane, and the shop's own lane, started meanwhile, is told who holds the lock", async () => {
  const there = rehearsed('deploy-production', '--world', world, ...FROM_THERE);
  await takenOrOver(there);
  const here = await rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY);
  const { outcome, log, exitCode } = await there;
  // Said by preflight already. Whether it then comes to the lock while that is held, or finds everything done, is a matter of seconds; it changes nothing.
  expect(here.log).toMatch(/held by example\/ritsubi-caller run \d+/u);
  expect(here.outcome).toMatchObject({ writes: 0, rehearsal: { ok: true } });
  expect({ outcome, log: outcome.conclusion === 'success' ? '' : log }).toMatchObject({ outcome: { conclusion: 'success', verdict: 'deployed', rehearsal: { ok: true }, 'stray-calls': [] }, log: '' });
  // What the shop's `main` is; the commit with this repository's own workflows is no part of it.
  expect(outcome.truth.after).toMatchObject({ vendure: here.outcome.outputs['sha'], dashboard: here.outcome.outputs['sha'], storefront: here.outcome.outputs['sha'], lock: 'free' });
  expect(exitCode).toBe(0);
});

/** Until the shop's own repository has its first commit of the lock; or the run is over, which the test then tells. */
async function takenOrOver(run: Promise<unknown>): Promise<void> {
  const ref = join(world, 'twin/github/example/shop.git/refs/heads/deploy-lock/production');
  for (;;) {
    if (await access(ref).then(() => true, () => false)) return;
    if (await Promise.race([run.then(() => true, () => true), setTimeout(100, false)])) return;
  }
}

test('a caller that grants too little is refused before anything starts, and the message has the permission', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caller-'));
  try {
    await cp(CALLER, folder, { recursive: true });
    const file = join(folder, '.github/workflows/deploy-staging.yml');
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^ {6}contents: write .*$/mu, '      contents: read'));
    const { outcome, exitCode } = await rehearsed('deploy-staging', '--caller', folder);
    expect(outcome).toMatchObject({ conclusion: 'startup_failure', writes: 0, records: 0, jobs: [] });
    expect(outcome.refused).toMatchObject({ message: expect.stringContaining("is requesting 'contents: write', but is only allowed 'contents: read'"), file: '.github/workflows/deploy-staging.yml' });
    expect(exitCode).toBe(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
