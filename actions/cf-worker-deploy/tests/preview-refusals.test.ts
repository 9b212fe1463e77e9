import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { requireOwnPullRequest } from '../src/preview/fork.ts';
import { requireIsolation } from '../src/preview/isolation.ts';
import { type Preview, previewOf } from '../src/preview/settings.ts';
import type { ConfiguredDeploy, Target } from '../src/target.ts';

const FILE = 'apps/storefront/wrangler.jsonc';
const deploy = (environment: string, worker: string): ConfiguredDeploy => ({ key: `environments.${environment}.surfaces.storefront`, worker, accountId: '0'.repeat(32), wranglerConfig: FILE, wranglerEnvironment: environment });
const DEPLOYS = [deploy('production', 'shop-storefront'), deploy('staging', 'shop-pr-7')];

describe('the name of the Worker and its environment', () => {
  const target = (preview: { worker: string; 'wrangler-environment': string } | undefined): Target => ({
    operation: 'preview', environment: 'staging', surface: 'storefront', others: [], sha: 'a'.repeat(40), accountId: '', accountSource: '', wranglerRange: null, artifact: '', sla: { budgetSeconds: 300, startedAt: null, forecast: null, strict: false, workflow: '' }, versionUrl: '', deploys: DEPLOYS,
    config: { worker: 'shop-storefront', directory: 'apps/storefront', 'wrangler-config': FILE, 'wrangler-environment': 'staging', 'account-id': '', 'public-url': '', 'version-path': '/__version', install: [''], build: [''], artifact: [''], ...(preview === undefined ? {} : { preview }) },
  });

  test.each([
    ['shop-pr', 12, 'shop-pr-12'],
    ['x'.repeat(60), 12, `${'x'.repeat(60)}-12`],
  ])('%s and %i', (worker, pullRequest, name) => {
    expect(previewOf(target({ worker, 'wrangler-environment': 'preview' }), pullRequest).worker).toBe(name);
  });

  test.each<[string, { worker: string; 'wrangler-environment': string } | undefined, number, string, string]>([
    // what is wrong                  configured                                                        number   reason-code              what is said
    ['nothing is configured',         undefined,                                                           12, 'invalid-config',        'environments.staging.surfaces.storefront.preview is missing'],
    ['no number',                     { worker: 'shop-pr', 'wrangler-environment': 'preview' },             0, 'invalid-input',         'input `pull-request` is empty. Operation preview needs its number'],
    ['too long a name',               { worker: 'x'.repeat(61), 'wrangler-environment': 'preview' },       12, 'invalid-config',        'would have a name of 64 characters; 63 are allowed'],
    ["a deploy's Worker",             { worker: 'shop-pr', 'wrangler-environment': 'preview' },             7, 'preview-not-isolated',  'makes the name shop-pr-7, which is that of environments.staging.surfaces.storefront'],
    ["production's environment",      { worker: 'shop-pr', 'wrangler-environment': 'production' },         12, 'preview-not-isolated',  'is "production", with which environments.production.surfaces.storefront is deployed'],
    ["its own deploy's environment",  { worker: 'shop-pr', 'wrangler-environment': 'staging' },            12, 'preview-not-isolated',  'is "staging", with which environments.staging.surfaces.storefront is deployed'],
  ])('%s: refused', (_, preview, pullRequest, reasonCode, said) => {
    expect(thrown(() => previewOf(target(preview), pullRequest))).toMatchObject({ reasonCode, message: expect.stringContaining(said) });
  });
});

describe('what the preview can reach', () => {
  const preview: Preview = { surface: 'storefront', prefix: 'shop-pr', pullRequest: 12, worker: 'shop-pr-12', wranglerEnvironment: 'preview', key: 'environments.staging.surfaces.storefront.preview' };
  const WELL = { workers_dev: true };
  const check = (own: object, production: object, top: object = {}): void =>
    requireIsolation({ text: JSON.stringify({ name: 'shop', ...top, env: { preview: own, production } }), file: FILE, preview, deploys: DEPLOYS });

  test.each<[string, object, object, object]>([
    // what                               the preview                                                          production                                          the top level
    ['nothing at all',                    WELL,                                                                {},                                                 {}],
    ['workers.dev by the top level',      {},                                                                  {},                                                 { workers_dev: true }],
    ['a namespace of its own',            { ...WELL, kv_namespaces: [{ binding: 'KV', id: 'a' }] },            { kv_namespaces: [{ binding: 'KV', id: 'b' }] },    {}],
    ['a bucket called as a namespace is', { ...WELL, r2_buckets: [{ binding: 'R2', bucket_name: 'a' }] },      { kv_namespaces: [{ binding: 'KV', id: 'a' }] },    {}],
    ['a service that is no deploy',       { ...WELL, services: [{ binding: 'S', service: 'shop-search-pr' }] }, {},                                                {}],
    ['no route, though the top has one',  { ...WELL, routes: [] },                                             {},                                                 { routes: ['shop.example/*'] }],
  ])('%s: allowed', (_, own, production, top) => {
    expect(() => check(own, production, top)).not.toThrow();
  });

  test.each<[string, object, object, object, string]>([
    ['a KV namespace of production',      { ...WELL, kv_namespaces: [{ binding: 'A', id: 'k' }] },             { kv_namespaces: [{ binding: 'B', id: 'k' }] },     {}, 'the KV namespace k of env.preview of apps/storefront/wrangler.jsonc is that of env.production, too'],
    ['an R2 bucket of production',        { ...WELL, r2_buckets: [{ bucket_name: 'b' }] },                     { r2_buckets: [{ bucket_name: 'b' }] },             {}, 'the R2 bucket b of env.preview'],
    ['a D1 database of production',       { ...WELL, d1_databases: [{ database_id: 'd' }] },                   { d1_databases: [{ database_id: 'd' }] },           {}, 'the D1 database d of env.preview'],
    ['a service of production',           { ...WELL, services: [{ service: 's' }] },                           { services: [{ service: 's' }] },                   {}, 'the service s of env.preview'],
    ['a queue of production',             { ...WELL, queues: { producers: [{ queue: 'q' }] } },                { queues: { producers: [{ queue: 'q' }] } },        {}, 'the queue q of env.preview'],
    ['a namespace of the top level',      { ...WELL, kv_namespaces: [{ id: 'k' }] },                           {},                                                 { kv_namespaces: [{ id: 'k' }] }, 'is that of the top level, too'],
    ['a configured Worker as service',    { ...WELL, services: [{ service: 'shop-storefront' }] },             {},                                                 {}, 'the service shop-storefront of env.preview of apps/storefront/wrangler.jsonc is a Worker that is deployed'],
    ['a Worker that wrangler names',      { ...WELL, services: [{ service: 'shop-production' }] },             {},                                                 {}, 'the service shop-production'],
    ["a Worker's Durable Objects",        { ...WELL, durable_objects: { bindings: [{ script_name: 'shop' }] } }, {},                                               {}, 'the Worker with Durable Objects shop'],
    ['no address',                        {},                                                                  {},                                                 {}, 'does not say `workers_dev: true`'],
    ['workers.dev off',                   { workers_dev: false },                                              {},                                                 { workers_dev: true }, 'does not say `workers_dev: true`'],
    ['a route',                           { ...WELL, routes: [{ pattern: 'shop.example/*' }] },                {},                                                 {}, 'has a route ({"pattern":"shop.example/*"})'],
    ["the top level's route",             WELL,                                                                {},                                                 { route: 'shop.example/*' }, 'has a route ("shop.example/*")'],
  ])('%s: refused', (_, own, production, top, said) => {
    expect(thrown(() => { check(own, production, top); })).toMatchObject({ reasonCode: 'preview-not-isolated', message: expect.stringContaining(said) });
  });

  test('an environment that is not there is refused with those that are, in TOML as well', () => {
    const text = 'name = "shop"\n[env.production]\n[env.staging]\n';
    expect(thrown(() => { requireIsolation({ text, file: 'wrangler.toml', preview, deploys: DEPLOYS }); })).toMatchObject({ message: expect.stringContaining('wrangler.toml has no env.preview. It has: production, staging') });
  });
});

describe('whose pull request it is', () => {
  let folder: string;
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'event-')); });
  afterAll(() => rm(folder, { recursive: true }));

  const from = (full_name: string | null): object => ({ head: { repo: full_name === null ? null : { full_name } } });
  test.each<[string, string, string | object | null, RegExp | null]>([
    // event               what                                the payload (null: no file is named)                                refused
    ['pull_request',        'of this repository',               { pull_request: from('example/shop') },                             null],
    ['pull_request_target', 'of this repository',               { pull_request: from('example/shop') },                             null],
    ['workflow_run',        'of this repository',               { workflow_run: { head_repository: { full_name: 'example/shop' } } }, null],
    ['workflow_dispatch',   'no pull request',                  { inputs: {} },                                                     null],
    ['workflow_dispatch',   'no payload',                       null,                                                               null],
    ['pull_request',        'of a fork',                        { pull_request: from('another/shop') },                             /from another\/shop, not from example\/shop/u],
    ['pull_request_target', 'of a fork',                        { pull_request: from('another/shop') },                             /from another\/shop/u],
    ['workflow_run',        'of a fork',                        { workflow_run: { head_repository: { full_name: 'another/shop' } } }, /from another\/shop/u],
    ['workflow_dispatch',   'of a fork, whatever the event',    { pull_request: from('another/shop') },                             /from another\/shop/u],
    ['pull_request',        'of a fork that was removed',       { pull_request: from(null) },                                       /not there any more/u],
    ['pull_request',        'no pull request in it',            {},                                                                 /does not tell/u],
    ['issue_comment',       'no head in it',                    { issue: { number: 12, pull_request: {} } },                        /does not tell/u],
    ['pull_request',        'no payload',                       null,                                                               /could not be read/u],
    ['pull_request',        'no JSON',                          'not json',                                                         /could not be read/u],
    ['pull_request',        'another shape',                    { pull_request: { head: 7 } },                                      /could not be read/u],
    ['workflow_dispatch',   'no JSON',                          'not json',                                                         /could not be read/u],
  ])('%s, %s', async (eventName, _, payload, refused) => {
    const eventPath = payload === null ? '' : join(folder, 'event.json');
    if (payload !== null) await writeFile(eventPath, typeof payload === 'string' ? payload : JSON.stringify(payload));
    const asked = requireOwnPullRequest({ eventName, eventPath, repository: 'example/shop' });
    if (refused === null) await expect(asked).resolves.toBeUndefined();
    else await expect(asked).rejects.toMatchObject({ reasonCode: 'fork-refused', message: expect.stringMatching(refused) });
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
