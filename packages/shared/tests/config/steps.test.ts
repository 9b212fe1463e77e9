import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UserError } from '@vendure-deploy/shared/action';
import { paysBy, surfaceOf } from '@vendure-deploy/shared/config';
import { parseConfig } from '../../src/config/load.ts';

const good = readFileSync(join(import.meta.dirname, 'deploy.config.yml'), 'utf8');
const VENDURE = '        graphql-path: /shop-api\n';
const withSteps = (kind: 'shadow' | 'canary', ...steps: readonly string[]): string => good.replace(VENDURE, `${VENDURE}        verify:\n          ${kind}:\n${steps.map((step) => `            - ${step}\n`).join('')}`);
const EXPECT = 'expect: { contains: [Tea] }';

test('steps are read, with their defaults', () => {
  const { canary } = surfaceOf(parseConfig(withSteps('canary', '{ name: search, path: /shop-api, graphql: "{ search { totalItems } }", capture: { id: { json: /data/search/items/0/id } }, expect: { json: { /data/search/totalItems: { at-least: 1 } } } }', `{ name: product, path: "/products/{{id}}?x=1", surface: storefront, headers: { Authorization: "Bearer {{id}}" }, ${EXPECT} }`), 'c.yml'), 'production', 'vendure').verify ?? {};
  expect(canary).toMatchObject([{ name: 'search', expect: { status: 200 } }, { path: '/products/{{id}}?x=1' }]);
});

test.each<[string, 'shadow' | 'canary', string[], string]>([
  ['no expectation', 'shadow', ['{ name: home, path: / }'], 'verify.shadow.0.expect is missing'],
  ['an expectation that anything meets', 'shadow', ['{ name: home, path: /, expect: { status: 200, lacks: [Error] } }'], 'verify.shadow.0.expect is not allowed: it names nothing that only a right answer has'],
  ['a host in the path', 'shadow', [`{ name: home, path: "https://evil.example/", ${EXPECT} }`], 'verify.shadow.0.path is not allowed'],
  ['a path that is a host to a browser', 'shadow', [`{ name: home, path: "//evil.example/", ${EXPECT} }`], 'verify.shadow.0.path is not allowed'],
  ['and with a backslash', 'shadow', [`{ name: home, path: "/\\\\evil.example/", ${EXPECT} }`], 'verify.shadow.0.path is not allowed'],
  ['a pattern that looks ahead', 'shadow', ['{ name: home, path: /, expect: { matches: ["a(?=b)"] } }'], 'verify.shadow.0.expect.matches.0 is not allowed: it looks around or refers back'],
  ['a shadow step that writes', 'shadow', [`{ name: home, path: /, method: DELETE, ${EXPECT} }`], 'verify.shadow.0.method is not allowed: a shadow step changes nothing'],
  ['a shadow step with a mutation', 'shadow', [`{ name: cart, path: /shop-api, graphql: "mutation { addItemToOrder(productVariantId: 1, quantity: 1) { __typename } }", ${EXPECT} }`], 'verify.shadow.0.graphql is not allowed: a shadow step changes nothing'],
  ['what no step captures', 'canary', [`{ name: product, path: "/products/{{id}}", ${EXPECT} }`], 'verify.canary.0.path is not allowed: no step before this one captures "id"'],
  ['two bodies', 'canary', [`{ name: cart, path: /cart, json: {}, form: { a: b }, ${EXPECT} }`], 'a step has one body, and this one has json and form'],
  ['a name twice', 'canary', [`{ name: home, path: /, ${EXPECT} }`, `{ name: home, path: /, ${EXPECT} }`], 'verify.canary.1.name is not allowed: another step is called home'],
  ['a credential in the file', 'canary', [`{ name: home, path: /, headers: { Authorization: Bearer abc }, ${EXPECT} }`], 'a credential does not stand in the configuration'],
  ['a host by header', 'canary', [`{ name: home, path: /, headers: { Host: evil.example }, ${EXPECT} }`], "Host is not the step's to set"],
  ['a payment', 'canary', [`{ name: pay, path: /shop-api, graphql: 'mutation { addPaymentToOrder(input: { method: "x", metadata: {} }) { __typename } }', ${EXPECT} }`], 'its mutation names "addPaymentToOrder", which pays. A canary stops at the shipping quote'],
  ['a document put together', 'canary', [`{ name: home, path: /, capture: { a: { json: /a } }, ${EXPECT} }`, `{ name: x, path: /shop-api, graphql: "mutation { {{a}} }", ${EXPECT} }`], 'a document is never put together'],
])('%s is refused with its place, before anything is asked', (_case, kind, steps, sentence) => {
  const read = (): unknown => parseConfig(withSteps(kind, ...steps), 'c.yml');
  expect(read).toThrow(UserError);
  expect(read).toThrow(sentence);
  expect(read).toThrow(/c\.yml:\d+:\d+: /u);
});

test.each<[string, Partial<Parameters<typeof paysBy>[0]>]>([
  ['a payment', { graphql: 'mutation Pay { addPaymentToOrder(input: {}) { id } }' }],
  ['under an alias', { graphql: 'mutation { a: addPaymentToOrder(input: {}) { id } }' }],
  ['after a comment with a quote', { graphql: '# "\nmutation { addPaymentToOrder(input: {}) { id } } # "' }],
  ['after a block string', { graphql: 'mutation { x(a: """ \\""" """) { id } addPaymentToOrder(input: {}) { id } }' }],
  ['in a fragment', { graphql: 'fragment F on Mutation { createStripePaymentIntent } mutation { ...F }' }],
  ['a way to the payment', { graphql: 'mutation { transitionOrderToState(state: "ArrangingPayment") { __typename } }' }],
  ['a state that is spelt otherwise', { graphql: 'mutation { transitionOrderToState(state: "Arranging\\u0050ayment") { __typename } }' }],
  ['a state by variable', { graphql: 'mutation ($s: String!) { transitionOrderToState(state: $s) { __typename } }' }],
  ['two states, one harmless', { graphql: 'mutation { a: transitionOrderToState(state: "Cancelled") { id } b: transitionOrderToState(state: "X") { id } }' }],
  ['money back', { graphql: 'mutation { refundOrder(input: {}) { id } }' }],
  ['a document in a body', { json: { query: 'mutation { addPaymentToOrder { id } }' } }],
  ['several in one', { json: [{ query: '{ a }' }] }],
  ['a persisted one', { json: { extensions: { persistedQuery: {} } } }],
  ['a document in the path', { path: '/shop-api?query=mutation' }],
  ['a path that pays', { method: 'POST', path: '/checkout/payment' }],
  ['and is written otherwise', { method: 'POST', path: '/checkout/%70ayment' }],
  ['an order placed', { path: '/api/place-order', form: { a: 'b' } }],
  ['a card', { path: '/checkout', json: { cardNumber: '4242' } }],
])('%s is known to pay', (_case, step) => {
  expect(paysBy({ path: '/shop-api', ...step })).not.toBeNull();
});

test.each<[string, Partial<Parameters<typeof paysBy>[0]>]>([
  ['a search', { graphql: '{ search(input: { term: "payment" }) { totalItems } }' }],
  ['the ways to pay, read', { graphql: '{ eligiblePaymentMethods { id } }' }],
  ['a cart', { graphql: 'mutation { addItemToOrder(productVariantId: "1", quantity: 1) { ... on Order { id } } }' }],
  ['a word in a text', { graphql: 'mutation { setOrderCustomFields(input: { note: "pay later" }) { __typename } }' }],
  ['back to the cart', { graphql: 'mutation { transitionOrderToState(state: "AddingItems") { __typename } }' }],
  ['the page of the checkout', { method: 'GET', path: '/checkout/payment' }],
  ['a cart by form', { path: '/cart/add', form: { id: '1' } }],
])('%s does not', (_case, step) => {
  expect(paysBy({ path: '/shop-api', ...step })).toBeNull();
});
