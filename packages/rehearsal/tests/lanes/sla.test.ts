import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, type Rehearsed, rehearsed, worldFolder } from '../stage.ts';
import { VENDURE_ONLY } from './faults.ts';

let world: string;
let commits: readonly string[];
let printed = '';
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test('without earlier deploys nothing is forecast, and nothing is stopped, however small the budget; a breach is said and not hidden', async () => {
  const { outcome, log, summary } = await deploy('main', 'sla_seconds=1', 'sla_strict=true');
  expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', outputs: { 'sla-status': 'breached' } });
  expect(log).toContain('Whether the rest of this run fits into 1 s is not known: too few earlier deploys have recorded what they took.');
  expect(summary).toMatch(/### Time: \d+\.\d s of 1 s \(breached\)/u);
  commits = [outcome.truth.before.vendure, outcome.truth.after.vendure].map((sha) => (typeof sha === 'string' ? sha : ''));
}, LONG);

test('three deploys are a forecast; what cannot fit by it is stopped before the first write, with every figure and what to type', async () => {
  for (const at of [0, 1]) expect((await deploy(commits[at] ?? '', 'allow_older=true')).outcome).toMatchObject({ verdict: 'deployed', outputs: { 'sla-status': 'met' } });
  const { outcome, summary, report, exitCode } = await deploy(commits[0] ?? '', 'allow_older=true', 'sla_seconds=3', 'sla_strict=true');
  expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0, rehearsal: { ok: true } });
  expect(outcome.truth.after).toEqual(outcome.truth.before);
  expect(outcome.truth.after).toMatchObject({ vendure: commits[1], lock: 'free' });
  const said = outcome.annotations.map(({ message }) => message).join('\n');
  expect(said).toMatch(/fly-deploy: \d+\.\d s of 3 s have passed, and the rest usually takes \d+\.\d s \((?:vendure \d+\.\d, )?verify \d+\.\d, report \d+\.\d; the median of 3 deploys\): this run cannot end in time, and `sla-strict` is set\. Nothing was written\./u);
  expect(said).toContain(`gh workflow run deploy-production.yml -f ref=${commits[0]} -f dashboard=false -f storefront=false`);
  expect(summary).toContain('**vendure** (sla-unreachable)');
  expect(report?.diagnoses.map(({ id }) => id)).toEqual(['sla-unreachable']);
  printed = report?.next.join('\n') ?? '';
  expect(printed).toBe(`gh workflow run deploy-production.yml -f ref=${commits[0]} -f dashboard=false -f storefront=false -f allow_older=true -f sla_seconds=3`);
  expect(exitCode).toBe(1);
}, 4 * LONG);

test('what is printed leaves strict away: the breach is a warning, and the deploy goes on to its end', async () => {
  const { outcome, summary, exitCode } = await rehearsed('deploy-production', '--world', world, ...printed.split(' ').slice(4));
  expect(outcome).toMatchObject({ conclusion: 'success', verdict: 'deployed', outputs: { 'sla-status': 'breached' } });
  const warnings = outcome.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message);
  expect(warnings).toEqual(expect.arrayContaining([expect.stringMatching(/^SLA: \d+\.\d s of 3 s have passed/u), expect.stringMatching(/^This deploy took \d+\.\d s; the promise is 3 s\./u)]));
  expect(summary).toMatch(/### Time: \d+\.\d s of 3 s \(breached\)/u);
  expect(exitCode).toBe(0);
}, LONG);

test('a budget that is none is refused before anything is asked, and what serves is reported all the same', async () => {
  const { outcome } = await deploy('main', 'sla_seconds=0');
  expect(outcome).toMatchObject({ conclusion: 'failure', verdict: 'failed-before-switch', writes: 0 });
  expect(outcome.annotations.map(({ message }) => message).join('\n')).toContain('preflight: input `sla-seconds` is "0". Allowed: a whole number of seconds, 1 or more. Leave it empty to use `environments.production.sla-seconds` (900).');
}, LONG);

function deploy(ref: string, ...fields: readonly string[]): Promise<Rehearsed> {
  return rehearsed('deploy-production', '--world', world, ...VENDURE_ONLY, '-f', `ref=${ref}`, ...fields.flatMap((field) => ['-f', field]));
}
