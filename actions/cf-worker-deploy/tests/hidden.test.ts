import { expect, test } from '@jest/globals';
import { configurationOf } from '@vendure-deploy/shared/wrangler-configuration';
import { requireHidden } from '../src/deploy/hidden.ts';
import type { Target } from '../src/target.ts';

const CLOSED = { workers_dev: false, preview_urls: false };
const target = (route?: { zone: string; pattern: string }): Pick<Target, 'config' | 'environment' | 'surface'> => ({ environment: 'prod-preview', surface: 'dashboard', config: { 'wrangler-config': 'wrangler.jsonc', ...(route === undefined ? {} : { route }) } as Target['config'] });
const laidOut = (given: object): Parameters<typeof requireHidden>[1] => ({ configuration: configurationOf(JSON.stringify(given), 'wrangler.jsonc', 'lane'), wranglerEnvironment: 'lane' });
const LANE = { zone: 'shop.example', pattern: 'preview.shop.example/*' };

test.each<[string, object, string]>([
  ['a route of its own',                  { ...CLOSED, env: { lane: { routes: ['www.shop.example/*'] } } },               'has the route www.shop.example/*'],
  ["the top level's route",               { ...CLOSED, route: 'www.shop.example/*', env: { lane: {} } },                  'has the route www.shop.example/*'],
  ['no word about workers.dev',           { preview_urls: false, env: { lane: {} } },                                     'does not say `workers_dev: false`'],
  ['workers.dev of its own',              { ...CLOSED, env: { lane: { workers_dev: true } } },                            'does not say `workers_dev: false`'],
  ['no word about addresses of versions', { workers_dev: false, env: { lane: {} } },                                      'does not say `preview_urls: false`'],
])('a commit of a hidden lane with %s is refused', (_, given, said) => {
  expect(() => requireHidden(target(LANE), laidOut(given))).toThrow(`env.lane of wrangler.jsonc ${said}: a deploy would show the Worker to anybody.`);
});

test('one that shows itself nowhere is deployed, and so is a Worker of no lane with its routes', () => {
  expect(() => requireHidden(target(LANE), laidOut({ ...CLOSED, env: { lane: { routes: [] } } }))).not.toThrow();
  expect(() => requireHidden(target(), laidOut({ env: { lane: { routes: ['www.shop.example/*'] } } }))).not.toThrow();
});
