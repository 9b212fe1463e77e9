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

const VENDURE = '        graphql-path: /shop-api\n';
const withSecrets = (secrets: string): string => good.replace(VENDURE, `${VENDURE}        secrets: ${secrets}\n`);

test.each([
  ['names for an input', '{ source: inputs, names: [DATABASE_URL, _X1] }'],
  ['a map to AWS', '{ source: aws, region: ap-northeast-1, account: "012345678901", role: "arn:aws:iam::012345678901:role/deploy", map: { DATABASE_URL: "shop/production#DATABASE_URL", PEM: shop/pem } }'],
  ["a laptop's profile", '{ source: aws, region: us-gov-west-1, account: "012345678901", map: { A: "shop#a b" } }'],
])('secrets from %s', (_case, secrets) => {
  expect(surfaceOf(parseConfig(withSecrets(secrets), 'c.yml'), 'production', 'vendure').secrets).toMatchObject({ source: secrets.includes('inputs') ? 'inputs' : 'aws' });
});

test.each([
  ['a source that there is not', '{ source: fly, names: [A] }', 'c.yml:18:28: environments.production.surfaces.vendure.secrets.source is not allowed: give inputs or aws'],
  ['no source', '{ names: [A] }', 'environments.production.surfaces.vendure.secrets.source is missing'],
  ["a key of the other source", '{ source: inputs, names: [A], region: eu-west-1 }', 'c.yml:18:48: unknown key environments.production.surfaces.vendure.secrets.region. Known here: source, names.'],
  ['a key misspelt', '{ source: inputs, nammes: [A] }', 'unknown key environments.production.surfaces.vendure.secrets.nammes. Did you mean names?'],
  ['a name that is no variable', '{ source: inputs, names: [A-B] }', 'c.yml:18:44: environments.production.surfaces.vendure.secrets.names.0 is not allowed'],
  ['a name twice', '{ source: inputs, names: [A, A] }', 'secrets.names is not allowed: it names one twice'],
  ['no name', '{ source: inputs, names: [] }', 'secrets.names is not allowed'],
  ['an account without quotes, which is a number', '{ source: aws, region: eu-west-1, account: 123456789012, map: { A: a#b } }', 'secrets.account is not allowed: Invalid input: expected string, received number (The AWS account, 12 digits in quotes'],
  ['a role that is none', '{ source: aws, region: eu-west-1, account: "123456789012", role: deploy, map: { A: a#b } }', "(The ARN of the role that the job takes by GitHub's OIDC"],
  ['a mapped name that is no variable', '{ source: aws, region: eu-west-1, account: "123456789012", map: { 1A: a#b } }', 'secrets.map.1A is not allowed'],
  ['a reference without a secret', '{ source: aws, region: eu-west-1, account: "123456789012", map: { A: "#b" } }', '(secret-id#key, or secret-id for the whole of a secret that is no JSON)'],
  ['an empty map', '{ source: aws, region: eu-west-1, account: "123456789012", map: {} }', 'secrets.map is not allowed: it is empty'],
])('secrets: %s', (_case, secrets, sentence) => {
  expect(() => parseConfig(withSecrets(secrets), 'c.yml')).toThrow(sentence);
});

const AWS = 'source: aws, region: eu-central-1, account: "012345678901"';
const withCredentials = (credentials: string): string => good.replace('    surfaces:\n', (line) => `    credentials: ${credentials}\n${line}`);

test("an environment's own tokens from AWS, by the suite's names", () => {
  const map = { FLY_API_TOKEN: 'shop/production/deploy#FLY', FLY_SECRETS: 'shop/production/machines' };
  expect(environmentOf(parseConfig(withCredentials(`{ ${AWS}, map: ${JSON.stringify(map)} }`), 'c.yml'), 'production').credentials).toMatchObject({ account: '012345678901', map });
});

test.each([
  ['a name misspelt', `{ ${AWS}, map: { FLY_APP_TOKEN: a#b } }`, 'unknown key environments.production.credentials.map.FLY_APP_TOKEN. Did you mean FLY_API_TOKEN?'],
  ['a name that is none of the suite', `{ ${AWS}, map: { DATABASE_URL: a#b } }`, 'unknown key environments.production.credentials.map.DATABASE_URL. Known here: FLY_API_TOKEN, SOURCE_FLY_API_TOKEN,'],
  ['inputs, which need no word', '{ source: inputs, names: [FLY_API_TOKEN] }', 'environments.production.credentials.source is not allowed'],
  ['an empty map', `{ ${AWS}, map: {} }`, 'credentials.map is not allowed: it is empty'],
  ['no account', '{ source: aws, region: eu-central-1, map: { FLY_API_TOKEN: a#b } }', 'environments.production.credentials.account is missing'],
])('credentials: %s', (_case, credentials, sentence) => {
  expect(() => parseConfig(withCredentials(credentials), 'c.yml')).toThrow(sentence);
});

const SECRETS = 'secrets: { source: inputs, names: [REDIS_PASSWORD, REDIS_PREVIOUS] }';
const withRedis = (redis: string, secrets = SECRETS): string => good.replace(VENDURE, `${VENDURE}        ${secrets}\n        redis: ${redis}\n`);
const NAMES = 'password: REDIS_PASSWORD, previous: REDIS_PREVIOUS';

test.each([
  ['names for an input', SECRETS],
  ['a map to AWS', 'secrets: { source: aws, region: us-gov-west-1, account: "012345678901", map: { REDIS_PASSWORD: "shop#a", REDIS_PREVIOUS: "shop#b" } }'],
])('a Redis app whose passwords are %s', (_case, secrets) => {
  const { redis } = surfaceOf(parseConfig(withRedis(`{ app: redis-1, fly-config: redis/fly.toml, ${NAMES} }`, secrets), 'c.yml'), 'production', 'vendure');
  expect(redis).toEqual({ app: 'redis-1', 'fly-config': 'redis/fly.toml', password: 'REDIS_PASSWORD', previous: 'REDIS_PREVIOUS' });
});

test.each([
  ['a name that `secrets` does not have', '{ app: redis-1, fly-config: redis/fly.toml, password: REDIS_PASSWORD, previous: OLD }', SECRETS, 'c.yml:19:96: environments.production.surfaces.vendure.redis.previous is not allowed: `secrets` has no OLD. It has: REDIS_PASSWORD, REDIS_PREVIOUS.'],
  ['one name twice', '{ app: redis-1, fly-config: redis/fly.toml, password: REDIS_PASSWORD, previous: REDIS_PASSWORD }', SECRETS, 'redis.previous is not allowed: give another name than for password'],
  ['no `secrets`', `{ app: redis-1, fly-config: redis/fly.toml, ${NAMES} }`, 'strategy: rolling', 'c.yml:19:16: environments.production.surfaces.vendure.redis is not allowed: there is no `secrets` beside it'],
  ["the shop's own app", `{ app: shop-production, fly-config: redis/fly.toml, ${NAMES} }`, SECRETS, "redis.app is not allowed: it is the shop's own app"],
  ['a key misspelt', `{ app: redis-1, fly-conf: redis/fly.toml, ${NAMES} }`, SECRETS, 'unknown key environments.production.surfaces.vendure.redis.fly-conf. Did you mean fly-config?'],
  ['a key left out', '{ app: redis-1, fly-config: redis/fly.toml, password: REDIS_PASSWORD }', SECRETS, 'redis.previous is missing (The name of a further wanted secret'],
])('redis: %s', (_case, redis, secrets, sentence) => {
  expect(() => parseConfig(withRedis(redis, secrets), 'c.yml')).toThrow(sentence);
});

test('a file that is not there is named', async () => {
  await expect(loadConfig('/nowhere/c.yml')).rejects.toThrow('The deploy configuration /nowhere/c.yml cannot be read.');
});

test('the published JSON Schema is what the schema says today', () => {
  expect(readFileSync(join(root, 'docs/deploy.config.schema.json'), 'utf8')).toBe(publishedSchema());
});
