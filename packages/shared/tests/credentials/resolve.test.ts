import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { Resolving } from '../../src/action/elsewhere.ts';
import { resolver } from '../../src/credentials/resolve.ts';

// What needs no AWS; with it, the resolver is tested as a part of the actions.

const AWS = '{ source: aws, region: eu-central-1, account: "111122223333", role: "arn:aws:iam::111122223333:role/deploy", map: { CLOUDFLARE_API_TOKEN: "shop/staging#CF" } }';
const config = (credentials: string): string => `schema-version: 1\nenvironments:\n  staging: { sla-seconds: 1, default-branch-only: false${credentials}, surfaces: {} }\n`;
const SOUGHT = [{ input: 'fly-api-token', name: 'FLY_API_TOKEN', isRequired: true }, { input: 'jobs-token', name: 'JOBS_TOKEN', isRequired: false }] as const;

let workspace: string;
beforeEach(async () => void (workspace = await mkdtemp(join(tmpdir(), 'resolve-'))));
afterEach(() => rm(workspace, { recursive: true, force: true }));

interface Scene {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly sought?: Resolving['sought'];
  /** null: there is no file. */
  readonly config?: string | null;
}

async function resolved({ inputs = {}, variables = {}, sought = SOUGHT, config: text = config('') }: Scene): Promise<{ values: Record<string, string>; absent: Record<string, string>; said: string[]; hidden: string[]; left: string[]; faults: readonly string[] }> {
  if (text !== null) await writeFile(join(workspace, 'c.yml'), text);
  const left = new Map(Object.entries(variables));
  const said: string[] = [];
  const hidden: string[] = [];
  const given: Readonly<Record<string, string>> = { config: 'c.yml', environment: 'staging', ...inputs };
  const say = (line: string): void => void said.push(line);
  const resolving: Resolving = {
    sought,
    given: (input) => given[input] ?? '',
    take: (name) => {
      const value = left.get(name) ?? '';
      left.delete(name);
      return value;
    },
    workspace,
    run: {} as Resolving['run'],
    signal: new AbortController().signal,
    log: { info: say, warning: say, error: say, notice: say, debug: say, group: (_, work) => work() },
    hide: (value) => (hidden.push(value), new Secret(value)),
    idToken: () => Promise.reject(new Error('nobody is to be asked')),
  };
  const near = resolver.nearby(resolving);
  if (near.faults.length > 0) return { values: {}, absent: {}, said, hidden, left: [...left.keys()], faults: near.faults };
  const { secrets, absent } = await resolver.elsewhere(resolving, near);
  return { values: Object.fromEntries([...secrets].map(([name, secret]) => [name, secret.reveal()])), absent: Object.fromEntries(absent), said, hidden, left: [...left.keys()], faults: [] };
}

test('the input wins over the variable; each is hidden and gone from the environment, and its place is told, never its value', async () => {
  const { values, said, hidden, left } = await resolved({ inputs: { 'fly-api-token': 'from-the-input' }, variables: { FLY_API_TOKEN: 'from-the-step', JOBS_TOKEN: 'jobs-of-the-step', OTHER: 'x' } });
  expect(values).toEqual({ 'fly-api-token': 'from-the-input', 'jobs-token': 'jobs-of-the-step' });
  expect(said).toEqual(["Secrets: FLY_API_TOKEN from the input `fly-api-token`; JOBS_TOKEN from the step's variable JOBS_TOKEN."]);
  expect(hidden).toEqual(['from-the-step', 'from-the-input', 'jobs-of-the-step']);
  expect(left).toEqual(['OTHER']);
});

test.each<[string, Scene, string]>([
  ['no credentials', {}, 'and the configuration has no `environments.staging.credentials`. Type:  gh secret set FLY_API_TOKEN --env staging'],
  ['a map without it', { config: config(`, credentials: ${AWS}`) }, 'and `environments.staging.credentials.map` of the configuration does not name it. Type:'],
  ['no configuration', { config: null }, 'The deploy configuration'],
  ['a configuration with a fault', { config: config(', colour: red') }, 'unknown key environments.staging.colour'],
  ['another that is in the map', { config: config(`, credentials: ${AWS}`), sought: [...SOUGHT, { input: 'cloudflare-api-token', name: 'CLOUDFLARE_API_TOKEN', isRequired: true }] }, 'FLY_API_TOKEN (Fly token'],
])('what is needed and in no place, with %s: one sentence, and nobody is asked', async (_case, scene, sentence) => {
  await expect(resolved(scene)).rejects.toThrow(sentence);
});

test('what can be left out is nothing, and where it was looked for is known', async () => {
  const { values, absent } = await resolved({ inputs: { 'fly-api-token': 'fly-token-1' } });
  expect(values).toEqual({ 'fly-api-token': 'fly-token-1' });
  expect(absent['jobs-token']).toMatch(/^JOBS_TOKEN \(.*\) was found in no place: the input `jobs-token` is empty, the step has no variable JOBS_TOKEN, and the configuration has no/u);
});

test('a broken configuration is left to the action, where it decides about nothing that is needed', async () => {
  expect((await resolved({ inputs: { 'fly-api-token': 'fly-token-1' }, config: null })).values).toEqual({ 'fly-api-token': 'fly-token-1' });
});

test('one that no log could hide is refused, by name and place; it is not masked either', async () => {
  const { faults, hidden } = await resolved({ variables: { FLY_API_TOKEN: 'abc' } });
  expect(faults).toEqual([expect.stringMatching(/^FLY_API_TOKEN from the step's variable FLY_API_TOKEN has fewer than 4 characters/u)]);
  expect(faults.join()).not.toContain('abc');
  expect(hidden).toEqual([]);
});

test('a short one is used, with a warning', async () => {
  const { values, said } = await resolved({ inputs: { 'fly-api-token': 'abcdef' } });
  expect(values).toEqual({ 'fly-api-token': 'abcdef' });
  expect(said[0]).toMatch(/^FLY_API_TOKEN from the input `fly-api-token` has fewer than 8 characters/u);
});
