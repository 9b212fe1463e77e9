import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { openWorld } from '@vendure-deploy/rehearsal';

// The first world of a machine is seeded by real builds.
jest.setTimeout(6 * 60_000);

let world: string;
beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), 'kept-world-'));
  const opened = await openWorld({ directory: world, keep: true, speed: 10, from: null, say: () => undefined });
  await opened.leave();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test('a kept world: what each surface serves by its own words, that it is well, the lock, and that nothing was deployed', async () => {
  const { code, out, said } = await status('production', '--world', world, '--json');
  const document = JSON.parse(out === '' ? JSON.stringify({ said }) : out) as { surfaces: { surface: string; sha: string; probes: { name: string; outcome: string }[] }[] };
  expect(document).toMatchObject({ environment: 'production', ok: true, lock: { kind: 'free' }, 'last-deploy': { kind: 'none' }, 'sla-seconds': 900, skew: { rule: 'storefront-may-lag', ok: true } });
  expect(document.surfaces.map(({ surface, sha }) => [surface, /^[0-9a-f]{40}$/u.test(sha)])).toEqual([['vendure', true], ['dashboard', true], ['storefront', true]]);
  expect(document.surfaces[2]?.probes).toContainEqual(expect.objectContaining({ name: 'shadow', outcome: 'passed' }));
  // A look writes nothing: the canaries are no part of it.
  expect(document.surfaces.flatMap(({ probes }) => probes.map(({ name }) => name))).not.toContain('canary');
  expect(code).toBe(0);
});

test('the same for a person', async () => {
  const { code, out } = await status('staging', '--world', world);
  expect(out).toMatch(/^staging, \d{4}-.*\n\n {2}surface {5}serves {4}health\n {2}vendure {5}[0-9a-f]{7} {3}well\n/u);
  expect(out).toMatch(/^ {2}lock {10}free$/mu);
  expect(code).toBe(0);
});

test.each<[only: string, code: number, line: RegExp]>([
  ['storefront/shadow', 0, /^production\n\n {2}storefront\/shadow {7}[0-9a-f]{7} {3}passed in \d+\.\d s\n\n$/u],
  // It fills a cart, which a look does not; and only Vendure has one here.
  ['canary', 0, /^production\n\n {2}vendure\/canary {10}[0-9a-f]{7} {3}passed in \d+\.\d s\n\n$/u],
])('one probe alone: %s', async (only, exit, line) => {
  const { code, out } = await status('production', '--world', world, '--only', only);
  expect(out).toMatch(line);
  expect(code).toBe(exit);
});

test.each<[string, string[], string]>([
  ['a probe that there is not', ['production', '--world', '', '--only', 'shadows'], 'option --only is "shadows". Allowed: vendure/health'],
  ['a probe of nothing', ['production', '--only', 'shop/shadow'], "It must be the name of a probe, or surface/probe, as storefront/shadow."],
  ['a probe that the configuration does not have', ['production', '--world', '', '--only', 'dashboard/shadow'], 'nothing was asked: the configuration has no verify.shadow'],
  ['an environment that there is not', ['prod', '--world', ''], 'Allowed by the deploy configuration: production, staging'],
  ['a folder without a world', ['production', '--world', tmpdir()], 'There is no world in'],
  ['no configuration', ['production', '--config', '/nowhere.yml'], 'cannot be read'],
  ['no environment', [], "missing required argument 'environment'"],
])('%s is one sentence, and exit code 2', async (_case, args, sentence) => {
  const { code, said } = await status(...args.map((one) => (one === '' ? world : one)));
  expect(said).toContain(sentence);
  expect(code).toBe(2);
});

function status(...args: readonly string[]): Promise<{ code: number; out: string; said: string }> {
  const main = join(import.meta.dirname, '../src/main.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', main, ...args], (error, out, said) => resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, said }));
  });
}
