import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAULTS } from '@vendure-deploy/twin';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../src/command-line.ts';
import { commandLine } from './stage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('--faults lists every fault with its example, without a lane', async () => {
  const { exitCode, said } = await commandLine('--faults');
  expect(FAULTS.filter(({ form, does, example }) => ![form, does, `--fault '${example}'`].every((text) => said.includes(text)))).toEqual([]);
  expect(exitCode).toBe(0);
});

test('--faults --json is the same for a program', async () => {
  const { exitCode, said } = await commandLine('--faults', '--json');
  const { lane, faults } = JSON.parse(said) as { lane: string; faults: { example: string }[] };
  expect({ lane, examples: faults.map(({ example }) => example) }).toEqual({ lane: 'deploy-production', examples: FAULTS.map(({ example }) => example) });
  expect(exitCode).toBe(0);
});

test('--fault-file adds its lines to those of --fault', async () => {
  const file = join(folder, 'faults.txt');
  await writeFile(file, '# the registry is slow\n\nregistry HEAD /v2/** 1-3 429 retry-after=2\n  tool flyctl 1 hang\n');
  const command = parseCommandLine(['deploy-production', '--fault', 'github lock held-by-another-run', '--fault-file', file]);
  expect(command).toMatchObject({ kind: 'rehearse', options: { faults: ['github lock held-by-another-run', 'registry HEAD /v2/** 1-3 429 retry-after=2', 'tool flyctl 1 hang'] } });
});

test.each([
  ['a line of a fault file that does not parse', '# fine\ntool git 1 hang\n', /faults\.txt:2: fault "tool git 1 hang": the tool is "git"\. Allowed: flyctl, docker/u],
  ['a fault file that is not there', null, /cannot be read: ENOENT/u],
])('%s ends with code 2 and one sentence', async (_, text, sentence) => {
  const file = join(folder, text === null ? 'none.txt' : 'faults.txt');
  if (text !== null) await writeFile(file, text);
  const { exitCode, said } = await commandLine('deploy-production', '--fault-file', file);
  expect(said).toMatch(sentence);
  expect(exitCode).toBe(2);
});

test.each([
  ['--tool with a tool that is always real', ['--tool', 'wrangler=/bin/true'], /--tool.*wrangler=\/bin\/true.*It must be flyctl=PATH/u],
  ['--tool with a path where nothing is', ['--tool', 'flyctl=/nowhere/flyctl'], /\/nowhere\/flyctl is no program that can be started/u],
  ['--approve with an answer that is none', ['--approve', 'production-approval=maybe'], /production-approval=maybe.*It must be ENVIRONMENT=yes, =no or =hold/u],
])('%s ends with code 2 and one sentence', async (_, flags, sentence) => {
  const { exitCode, said } = await commandLine('deploy-production', ...flags);
  expect(said).toMatch(sentence);
  expect(exitCode).toBe(2);
});

test('a real flyctl keeps its own time: the twin runs at its speed unless told otherwise', () => {
  const speedOf = (...flags: string[]): unknown => (parseCommandLine(['deploy-production', ...flags]) as { options: { speed: number } }).options.speed;
  expect([speedOf(), speedOf('--tool', 'flyctl=/bin/true'), speedOf('--tool', 'flyctl=/bin/true', '--speed', '5')]).toEqual([10, 1, 5]);
});

test('without a lane it says what is missing', async () => {
  const { exitCode, said } = await commandLine();
  expect({ exitCode, said: said.trim() }).toEqual({ exitCode: 2, said: "error: missing required argument 'lane', for example deploy-production" });
});
