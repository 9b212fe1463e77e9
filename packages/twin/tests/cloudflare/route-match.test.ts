import { expect, test } from '@jest/globals';
import { routeFor } from '../../src/cloudflare/route-match.ts';

const routes = ['shop.example/*', '*.shop.example/*', 'api.shop.example/*', 'api.shop.example/admin/*', 'https://secure.shop.example/*', 'shop.example/exact'].map((pattern) => ({ id: pattern, zone: 'zone', pattern, script: 'worker' }));

test.each([
  ['https://shop.example/', 'shop.example/*'],
  ['https://shop.example/exact', 'shop.example/exact'],
  ['https://shop.example/exact?a=1', 'shop.example/*'],
  ['https://api.shop.example/', 'api.shop.example/*'],
  ['https://api.shop.example/admin/users', 'api.shop.example/admin/*'],
  ['https://other.shop.example/x', '*.shop.example/*'],
  ['https://secure.shop.example/', 'https://secure.shop.example/*'],
  ['http://secure.shop.example/', '*.shop.example/*'],
  ['https://shop.example.org/', undefined],
])('%s takes %s', (url, pattern) => {
  expect(routeFor(routes, new URL(url))?.pattern).toBe(pattern);
});
