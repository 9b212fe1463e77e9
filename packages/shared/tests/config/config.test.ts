import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UserError } from '@vendure-deploy/shared/action';
import { environmentOf, loadConfig, surfaceOf } from '@vendure-deploy/shared/config';
import { parseConfig } from '../../src/config/load.ts';
import { publishedSchema } from '../../src/config/published.ts';

const root = join(import.meta.dirname, '../../../..');
const file = join(import.meta.dirname, 'deploy.config.yml');
const good = readFileSync(file, 'utf8');

test('a whole configuration is read, and its keys are the names', async () => {
  const config = await loadConfig(file);
  expect(environmentOf(config, 'production')['sla-seconds']).toBe(900);
  expect(surfaceOf(config, 'production', 'vendure')['process-groups']).toEqual(['app', 'worker']);
  expect(surfaceOf(config, 'production', 'dashboard').build).toEqual(['pnpm', 'exec', 'nx', 'run', 'dashboard:build']);
  expect(() => environmentOf(config, 'prod')).toThrow('input `environment` is "prod". Allowed by the deploy configuration: production.');
  expect(() => environmentOf(config, 'toString')).toThrow(UserError);
  expect(() => surfaceOf(config, 'production', 'storefront')).toThrow('has no environments.production.surfaces.storefront');
});

test.each([
  // what is wrong          changed                                     the sentence
  ['a key misspelt', good.replace('dockerfile:', 'dokerfile:'), 'c.yml:11:9: unknown key environments.production.surfaces.vendure.dokerfile. Did you mean dockerfile?'],
  ['a value of a wrong kind', good.replace('app: shop-production', 'app: [1]'), 'c.yml:8:14: environments.production.surfaces.vendure.app is not allowed'],
  ['a key left out', good.replace('sla-seconds: 900', ''), 'c.yml:3:3: environments.production.sla-seconds is missing'],
  ['a foreign version', good.replace('schema-version: 1', 'schema-version: 2'), 'c.yml:1:17: schema-version is not allowed'],
  ['a key twice', `${good}\nschema-version: 1\n`, 'Map keys must be unique'],
  ['a path out of the repository', good.replace('context: .', 'context: a/../../b'), 'vendure.context is not allowed'],
  ['a shell string', good.replace('build: [pnpm, exec, nx, run, "dashboard:build"]', 'build: pnpm build'), 'dashboard.build is not allowed'],
  ['nothing', '', 'c.yml:1:1: the document is not allowed'],
])('%s is a sentence with its place', (_case, source, sentence) => {
  expect(() => parseConfig(source, 'c.yml')).toThrow(UserError);
  expect(() => parseConfig(source, 'c.yml')).toThrow(sentence);
});

test('a file that is not there is named', async () => {
  await expect(loadConfig('/nowhere/c.yml')).rejects.toThrow('The deploy configuration /nowhere/c.yml cannot be read.');
});

test('the published JSON Schema is what the schema says today', () => {
  expect(readFileSync(join(root, 'docs/deploy.config.schema.json'), 'utf8')).toBe(publishedSchema());
});
