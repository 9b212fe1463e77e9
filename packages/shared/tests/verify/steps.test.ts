import { expect, test } from '@jest/globals';
import type { ProbeStep } from '@vendure-deploy/shared/config';
import { patternsOf } from '../../src/verify/steps/patterns.ts';
import { runSteps } from '../../src/verify/steps/run.ts';
import type { Reading } from '../../src/verify/types.ts';
import { type Asked, openSite, type Site } from './stage.ts';

type Given = Omit<ProbeStep, 'expect'> & { readonly expect: Partial<ProbeStep['expect']> };

async function perform(site: Site, ...steps: readonly Given[]): Promise<Reading> {
  const whole = steps.map((step): ProbeStep => ({ ...step, expect: { status: 200, ...step.expect } }));
  return runSteps({ steps: whole, surface: 'storefront', reach: site.reach, find: await patternsOf(whole), originOf: () => site.url });
}

test('a customer up to the shipping quote: one session, and what one step captures the next one gives', async () => {
  const bodies: string[] = [];
  await using site = await openSite(({ path, headers, body }: Asked, response) => {
    bodies.push(body);
    if (path === '/search') return response.setHeader('set-cookie', ['session=a1; Path=/; Expires=Thu, 01 Jan 2037 00:00:00 GMT', 'old=x; Max-Age=0']) && { items: [{ id: 7, slug: 'tea/pot' }] };
    if (headers.cookie !== 'session=a1') return undefined;
    if (path === '/products/tea%2Fpot?x=7') return '<h1>Teapot</h1><input name="token" value="t9">';
    if (path === '/cart') return { total: 1 };
    if (path === '/shop-api') return response.setHeader('vendure-auth-token', 'bearer9') && { data: { eligibleShippingMethods: [{ price: 500 }] } };
    return path === '/quote' && headers.authorization === 'Bearer bearer9' ? { quote: 500 } : undefined;
  });
  const reading = await perform(
    site,
    { name: 'search', path: '/search', capture: { id: { json: '/items/0/id' }, slug: { json: '/items/0/slug' } }, expect: { json: { '/items/0/id': { exists: true } } } },
    { name: 'product', path: '/products/{{slug}}?x={{ id }}', capture: { token: { matches: 'name="token" value="([a-z0-9]+)"' } }, expect: { contains: ['Teapot'], lacks: ['Error'] } },
    { name: 'cart', path: '/cart', form: { token: '{{token}}', id: 'v-{{id}}' }, expect: { json: { '/total': { 'at-least': 1 } } } },
    { name: 'quote', path: '/shop-api', graphql: '{ eligibleShippingMethods { price } }', variables: { id: '{{id}}', note: 'no {{id}}' }, capture: { auth: { header: 'Vendure-Auth-Token' } }, expect: { json: { '/data/eligibleShippingMethods/0/price': 500 } } },
    { name: 'again', path: '/quote', headers: { Authorization: 'Bearer {{auth}}' }, expect: { json: { '/quote': { matches: '^[0-9]+$' } } } },
  );
  expect(reading).toEqual({ kind: 'ok' });
  expect(site.asked).toEqual(['GET /search', 'GET /products/tea%2Fpot?x=7', 'POST /cart', 'POST /shop-api', 'GET /quote']);
  expect(bodies[2]).toBe('token=t9&id=v-7');
  expect(JSON.parse(bodies[3] ?? '')).toMatchObject({ variables: { id: 7, note: 'no 7' } });
});

test.each<[string, Omit<Given, 'name' | 'path'>, string]>([
  ['another status', { expect: { status: 404, contains: ['x'] } }, 'HTTP 200, expected 404'],
  ['a text that is missing', { expect: { contains: ['Tea', 'Coffee'] } }, 'the body lacks "Coffee"'],
  ['the marker of an error', { expect: { contains: ['Tea'], lacks: ['catalogue cannot'] } }, 'the body has "catalogue cannot"'],
  ['a pattern that is not found', { expect: { matches: ['^Coffee'] } }, 'nothing in the body matches "^Coffee"'],
  ['a body that is no JSON', { expect: { json: { '/a': 1 } } }, '/a is not there, expected 1'],
  ['what cannot be captured', { expect: { contains: ['Tea'] }, capture: { id: { json: '/a' } } }, 'there is no "id" to capture'],
])('%s fails the step, which is named', async (_case, step, why) => {
  await using site = await openSite(() => 'Tea. The catalogue cannot be read.');
  const reading = await perform(site, { name: 'home', path: '/', ...step }, { name: 'never', path: '/never', expect: { contains: ['x'] } });
  expect(reading).toMatchObject({ kind: 'failing', why: `step home: GET ${new URL(site.url).host}/: ${why}` });
  expect(site.asked).toEqual(['GET /']);
});

test.each<[string, unknown, string]>([
  ['errors', { data: null, errors: [{ message: 'connect ECONNREFUSED' }] }, 'GraphQL answered with errors: connect ECONNREFUSED'],
  ['an order that is refused', { data: { addItemToOrder: { errorCode: 'INSUFFICIENT_STOCK_ERROR', message: 'only 0 left' } } }, 'addItemToOrder was refused: INSUFFICIENT_STOCK_ERROR (only 0 left)'],
  ['a page', '<html>', 'no GraphQL answer'],
])('GraphQL answers 200 with %s: that is no success, whatever is expected', async (_case, body, why) => {
  await using site = await openSite(() => body);
  const reading = await perform(site, { name: 'cart', path: '/shop-api', graphql: 'mutation { addItemToOrder { id } }', expect: { matches: ['.*'] } });
  expect(reading).toMatchObject({ kind: 'failing', why: expect.stringContaining(why) as unknown });
});

test('a redirect is followed on the host and never off it', async () => {
  await using site = await openSite(({ path }, response) => {
    if (path === '/old') return void response.writeHead(302, { location: '/new' }).end();
    if (path === '/away') return void response.writeHead(302, { location: 'https://evil.example/' }).end();
    if (path === '/round') return void response.writeHead(302, { location: '/round' }).end();
    return 'Tea';
  });
  const to = (path: string): Promise<Reading> => perform(site, { name: 'home', path, expect: { contains: ['Tea'] } });
  expect(await to('/old')).toEqual({ kind: 'ok' });
  expect(await to('/away')).toMatchObject({ kind: 'failing', why: expect.stringContaining('leads away to https://evil.example') as unknown });
  expect(await to('/round')).toMatchObject({ kind: 'failing', why: expect.stringContaining('leads on more than 5 times') as unknown });
  expect(await perform(site, { name: 'moved', path: '/away', capture: { to: { header: 'location' } }, expect: { status: 302, matches: ['^$'] } })).toEqual({ kind: 'ok' });
});

test('no answer is told apart from a wrong one, and a body without end is wrong', async () => {
  await using site = await openSite(({ path }, response) => (path === '/reset' ? void response.destroy() : 'a'.repeat(5 * 1024 * 1024)));
  expect(await perform(site, { name: 'home', path: '/reset', expect: { contains: ['Tea'] } })).toMatchObject({ kind: 'no-answer' });
  expect(await perform(site, { name: 'home', path: '/large', expect: { contains: ['a'] } })).toMatchObject({ kind: 'failing', why: expect.stringContaining('larger') as unknown });
});

// Backtracking would take 2^100000 steps: the test ends because there is none.
test('a pattern that would backtrack for ever is answered', async () => {
  await using site = await openSite(() => `${'a'.repeat(100_000)}!`);
  expect(await perform(site, { name: 'home', path: '/', expect: { matches: ['(a+)+$'] } })).toMatchObject({ kind: 'failing' });
});

test('a pattern that is none is the configuration\'s fault, said before anything is asked', async () => {
  await using site = await openSite(() => 'Tea');
  await expect(perform(site, { name: 'home', path: '/', expect: { matches: ['a('] } })).rejects.toThrow('The pattern "a(" of a step is none that RE2 knows');
  expect(site.asked).toEqual([]);
});

test("a shop's answer does not lead the way to a payment, nor into a header", async () => {
  await using site = await openSite(() => ({ next: 'payment', evil: 'a\r\nx: y' }));
  const first = { name: 'cart', path: '/', capture: { next: { json: '/next' }, evil: { json: '/evil' } }, expect: { json: { '/next': 'payment' } } };
  expect(await perform(site, first, { name: 'on', path: '/checkout/{{next}}', json: {}, expect: { contains: ['x'] } })).toMatchObject({ kind: 'failing', why: 'step on: not sent: it writes to "payment", which pays or places an order' });
  expect(await perform(site, first, { name: 'on', path: '/', headers: { 'x-token': '{{evil}}' }, expect: { contains: ['x'] } })).toMatchObject({ kind: 'failing', why: expect.stringContaining('x-token does not fit') as unknown });
  expect(site.asked).toEqual(['GET /', 'GET /']);
});
