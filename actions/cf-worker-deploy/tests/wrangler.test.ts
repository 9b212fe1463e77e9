import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { processRedactor, Secret } from '@vendure-deploy/shared/secrets';
import { configurationOf } from '@vendure-deploy/shared/wrangler-configuration';
import { deployArguments, promoteArguments, shiftArguments, uploadArguments } from '../src/wrangler/arguments.ts';
import { wranglerEnvironment } from '../src/wrangler/environment.ts';
import { shopWrangler } from '../src/wrangler/shop.ts';
import { firstError, readOutput } from '../src/wrangler/output.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wrangler-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

test('a deploy names the environment, the commit and the run, creates no resource, and holds no secret', () => {
  const sha = 'b'.repeat(40);
  expect(deployArguments({ config: 'wrangler.jsonc', environment: 'production', name: 'shop', sha, message: 'https://github.com/example/shop/actions/runs/7 by @operator' })).toEqual([
    'deploy', '--config', 'wrangler.jsonc', '--env=production', '--name', 'shop', '--no-x-provision', '--tag', sha, '--message', 'https://github.com/example/shop/actions/runs/7 by @operator',
  ]);
});

test('a shift of traffic always names its versions by id, answers the prompt, and takes no configuration along but at the end', () => {
  const [message, which] = ['run 7', { config: 'wrangler.jsonc', environment: 'production', name: 'shop' }];
  expect(uploadArguments({ ...which, sha: 'b'.repeat(40), message })).toEqual(['versions', 'upload', '--config', 'wrangler.jsonc', '--env=production', '--name', 'shop', '--no-x-provision', '--tag', 'b'.repeat(40), '--message', message]);
  expect(shiftArguments({ worker: 'shop', split: [{ id: 'v-new', percentage: 0 }, { id: 'v-old', percentage: 100 }], message })).toEqual(['versions', 'deploy', 'v-new@0%', 'v-old@100%', '-y', '--name', 'shop', '--message', message]);
  expect(promoteArguments({ ...which, versionId: 'v-new', message })).toEqual(['versions', 'deploy', 'v-new@100%', '-y', '--config', 'wrangler.jsonc', '--env=production', '--name', 'shop', '--message', message]);
});

test.each([
  ['{"assets":{"directory":"dist"},"env":{"production":{}}}', true],
  ['{"assets":{"directory":"dist"},"env":{"production":{"name":"x"}}}', true],
  ['{"env":{"production":{"assets":{"directory":"dist"}}}}', true],
  ['{"env":{"production":{},"staging":{"assets":{"directory":"dist"}}}}', false],
  ['{"name":"x","env":{"production":{}}}', false],
])('%s brings files of its own in production: %s', (text, brings) => {
  expect(configurationOf(text, 'wrangler.json', 'production').assets !== null).toBe(brings);
});

test('the environment is closed: what could be set by the job or by a file is set here, or is not there', () => {
  const strangers = { CLOUDFLARE_API_KEY: 'x', CLOUDFLARE_ENV: 'staging', GITHUB_TOKEN: 'x', ACTIONS_RUNTIME_TOKEN: 'x', WRANGLER_LOG: 'none', CLOUDFLARE_API_BASE_URL: 'https://elsewhere.example' };
  Object.assign(process.env, strangers);
  const token = new Secret('cf-token-value');
  const environment = wranglerEnvironment({ home: '/home-of-the-call', outputFile: '/out', accountId: 'account', token });
  for (const name of Object.keys(strangers)) delete process.env[name];
  expect(environment).toMatchObject({
    CI: 'true', HOME: '/home-of-the-call', WRANGLER_LOG: 'log', WRANGLER_OUTPUT_FILE_PATH: '/out',
    CLOUDFLARE_API_BASE_URL: 'https://api.cloudflare.com/client/v4', CLOUDFLARE_ACCOUNT_ID: 'account', CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_COMPLIANCE_REGION: 'public',
  });
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['CLOUDFLARE_API_KEY']));
  expect(['CLOUDFLARE_ENV', 'GITHUB_TOKEN', 'ACTIONS_RUNTIME_TOKEN'].filter((name) => name in environment)).toEqual([]);
});

test.each([
  ['wrangler.jsonc', '{\n\t// see https://x.example\n\t"account_id": "top", /* "account_id": "comment" */\n\t"env": { "production": { "vars": { "URL": "https://a//b" }, } },\n}', 'top'],
  ['wrangler.json', '{"account_id":"top","env":{"production":{"account_id":"own"}}}', 'own'],
  ['wrangler.jsonc', '{"env":{"production":{},"staging":{"account_id":"staging"}}}', null],
  ['wrangler.toml', 'name = "x"\naccount_id = "top"\n[env.production]\nname = "y"\n', 'top'],
  ['wrangler.toml', 'account_id = "top"\n[env.staging]\naccount_id = "no"\n[ env."production" ]\naccount_id = \'own\' # here\n[env.production.vars]\naccount_id = "var"\n', 'own'],
  ['wrangler.toml', '# account_id = "comment"\nname = "x"\n[env.production]\n', null],
])('the account that counts for production in a %s (%#) is %3$s', (file, text, account) => {
  expect(configurationOf(text, file, 'production').account).toBe(account);
});

test.each([
  ['{"name": ', '', 'apps/dashboard/wrangler.jsonc cannot be read as JSON with comments'],
  ['{"name": 1}', '', 'apps/dashboard/wrangler.jsonc is not as wrangler wants it at name: '],
  ['{"name":"x","env":{"staging":{}}}', 'production', 'apps/dashboard/wrangler.jsonc has no env.production. It has: staging.'],
  ['{"name":"x"}', 'production', 'apps/dashboard/wrangler.jsonc has no env.production. It has: none.'],
])('%s with --env "%s" is refused: %s', (text, environment, sentence) => {
  expect(() => configurationOf(text, 'apps/dashboard/wrangler.jsonc', environment)).toThrow(sentence);
});

test.each([
  ['the top level', '{"name":"shop","env":{"production":{}}}', '', 'shop'],
  ['its own', '{"name":"shop","env":{"production":{"name":"own"}}}', 'production', 'own'],
  ["the top level's, with its own behind it", '{"name":"shop","env":{"production":{}}}', 'production', 'shop-production'],
  ['nobody', '{"env":{"production":{}}}', 'production', null],
])('the Worker is named by %s', (_by, text, environment, name) => {
  expect(configurationOf(text, 'wrangler.json', environment).name).toBe(name);
});

const install = async (where: string, version: string): Promise<void> => {
  await mkdir(join(folder, where, 'node_modules/wrangler'), { recursive: true });
  await writeFile(join(folder, where, 'node_modules/wrangler/package.json'), JSON.stringify({ version, bin: { wrangler: './bin/wrangler.js' } }));
};

test('wrangler is the one nearest to the surface, and none above the workspace', async () => {
  await install('.', '4.140.0');
  await mkdir(join(folder, 'shop/apps/dashboard'), { recursive: true });
  await expect(shopWrangler(join(folder, 'shop'), 'apps/dashboard', '>=4.130.0 <5')).rejects.toThrow('brought no wrangler for apps/dashboard');
  await install('shop', '4.150.0');
  expect(await shopWrangler(join(folder, 'shop'), 'apps/dashboard', '>=4.130.0 <5')).toEqual({ version: '4.150.0', entry: join(folder, 'shop/node_modules/wrangler/bin/wrangler.js'), from: 'shop' });
  await install('shop/apps/dashboard', '4.86.0');
  await expect(shopWrangler(join(folder, 'shop'), 'apps/dashboard', '>=4.130.0 <5')).rejects.toThrow('apps/dashboard has wrangler 4.86.0; tools.wrangler.range allows >=4.130.0 <5');
  await expect(shopWrangler(join(folder, 'shop'), 'apps/dashboard', 'four')).rejects.toThrow('tools.wrangler.range is "four"');
  await expect(shopWrangler(join(folder, 'shop'), 'apps/dashboard', '>=4')).rejects.toThrow('apps/dashboard has wrangler 4.86.0; this suite knows >=4.130.0 <5');
});

test('of the output file the last word on each thing counts, and a broken line is no word', () => {
  const lines = [{ type: 'wrangler-session', version: 1 }, { type: 'deploy', worker_name: 'shop', worker_tag: null, version_id: 'v1', targets: [] }, { type: 'command-failed', message: 'no' }];
  expect(readOutput(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"type":`)).toEqual({ versionId: 'v1', failure: 'no' });
  expect(readOutput('')).toEqual({ versionId: null, failure: null });
});

test('the first error is quoted, in one line and without colours', () => {
  const stderr = '\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1mA request failed:\u001b[0m\n\n    Authentication error [code: 10000]\n\n✘ [ERROR] A request to /user/tokens/verify failed.\n';
  expect(firstError('', stderr, 'about /user/tokens/verify')).toBe('A request failed: Authentication error [code: 10000]');
  expect(firstError('', '', 'said in the file')).toBe('said in the file');
  expect(firstError('Total Upload: 1 KiB\n', '', null)).toBe('');
  const secret = `cfat_${'s3cret'.repeat(60)}`;
  processRedactor.register(secret);
  expect(firstError('', '', `it said ${'x'.repeat(300)} ${secret} and ended`)).not.toContain('s3cret');
});

test.each<[string, unknown, string[]]>([
  ['no routes', { env: { production: {} } }, []],
  ['routes of the environment', { routes: [{ pattern: 'a/*', zone_name: 'top.example' }], env: { production: { routes: [{ pattern: 'b/*', zone_name: 'shop.example' }, { pattern: 'c/*', zone_name: 'shop.example' }] } } }, ['shop.example']],
  ['inherited routes, one by its zone\'s id, one as text', { routes: [{ pattern: 'a/*', zone_name: 'top.example' }, { pattern: 'b/*', zone_id: 'f' }, 'c.example/*'], env: { production: {} } }, ['top.example']],
  ['one route', { route: { pattern: 'a/*', zone_name: 'top.example' }, env: { production: {} } }, ['top.example']],
  ['an environment that has none of its own', { routes: [{ pattern: 'a/*', zone_name: 'top.example' }], env: { production: { routes: [] } } }, []],
])('the zones of a wrangler configuration with %s', (_name, configuration, zones) => {
  expect(configurationOf(JSON.stringify(configuration), 'wrangler.jsonc', 'production').zones).toEqual(zones);
});
