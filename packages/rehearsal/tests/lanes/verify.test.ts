import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { LONG, type Rehearsed, rehearsed, worldFolder } from '../stage.ts';

let world: string;
beforeAll(async () => {
  world = await worldFolder();
});
afterAll(() => rm(world, { recursive: true, force: true }));

test.each<[string, string[], RegExp]>([
  ['production as it serves, whatever that is', ['environment=production'], /vendure, dashboard, storefront: every configured probe passed/u],
  ['staging, and watched for a while', ['environment=staging', 'bake_seconds=1'], /storefront: baking, look 1: right/u],
  ['one surface alone', ['environment=production', 'dashboard=false', 'vendure=false'], /post-deploy-verify: storefront: every configured probe passed/u],
])('%s: green, and nothing is written anywhere', async (_, fields, said) => {
  const { outcome, log, exitCode } = await verify(fields);
  expect(outcome).toMatchObject({ conclusion: 'success', verdict: null, writes: 0, records: 0, 'stray-calls': [], rehearsal: { ok: true }, outputs: {} });
  expect(outcome.truth.after).toEqual(outcome.truth.before);
  expect(outcome.jobs.map(({ name }) => name)).toEqual(['verify / verify']);
  expect(log).toMatch(said);
  expect(exitCode).toBe(0);
}, LONG);

test.each<[string, string[], string[], RegExp]>([
  ['GraphQL answers with errors', ['environment=production'], ['--fault', 'shop POST /shop-api * 200 {"data":null,"errors":[{"message":"connect ECONNREFUSED"}]}'], /vendure: \S+ \(HTTP 200\): GraphQL answered with errors[\s\S]*\| vendure graphql \| failed \|/u],
  ['production does not serve the commit that it should', ['environment=production', `sha=${'f'.repeat(40)}`], [], /vendure: .*serves [0-9a-f]{7}/u],
  ['no surface at all', ['environment=production', 'vendure=false', 'dashboard=false', 'storefront=false'], [], /input `surfaces` names "none"\. Allowed: vendure, dashboard, storefront\./u],
  ['a bake that is no number', ['environment=production', 'bake_seconds=5m'], [], /input `bake-seconds` is "5m"\. Allowed: a whole number of seconds from 0 to 3600\./u],
])('%s: red, with what is wrong, and nothing is written anywhere', async (_, fields, faults, said) => {
  const { outcome, summary, exitCode } = await verify(fields, faults);
  expect(outcome).toMatchObject({ conclusion: 'failure', writes: 0, records: 0, 'stray-calls': [], rehearsal: { ok: true } });
  expect([...outcome.annotations.map(({ message }) => message), summary].join('\n')).toMatch(said);
  expect(exitCode).toBe(1);
}, LONG);

function verify(fields: readonly string[], faults: readonly string[] = []): Promise<Rehearsed> {
  return rehearsed('verify', '--world', world, ...faults, ...fields.flatMap((field) => ['-f', field]));
}
