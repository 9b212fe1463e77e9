import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CREDENTIAL_NAMES, CREDENTIALS } from '@vendure-deploy/shared/credentials';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');
const text = await readFile(join(root, 'docs/secrets.md'), 'utf8');
const rows = new Map([...text.matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$/gmu)].map(([, name = '', what = '', jobs = '']) => [name, { what, jobs }]));

interface Workflow {
  readonly on: { readonly workflow_call?: { readonly secrets?: Readonly<Record<string, { readonly required: boolean }>> } };
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>>; readonly uses?: string }>>;
}

const LANES = ['deploy-environment', 'deploy-production', 'deploy-staging', 'deploy-storefront', 'deploy-prod-preview', 'fast-deploy-production', 'setup-cloudflare', 'verify'];
/** A token of GitHub's own, for the lock of another repository. */
const LOCK_TOKEN = 'LOCK_TOKEN';
const workflows = new Map(await Promise.all(LANES.map(async (name) => [name, parse(await readFile(join(root, `.github/workflows/${name}.yml`), 'utf8')) as Workflow] as const)));
const jobsOf = (lane: string): [string, string][] => Object.entries(workflows.get(lane)?.jobs ?? {}).map(([name, job]) => [name, JSON.stringify(job)]);

test('the page has each secret of the table, with what it is', () => {
  expect(Object.fromEntries([...rows].map(([name, { what }]) => [name, what]))).toEqual(Object.fromEntries(CREDENTIAL_NAMES.map((name) => [name, CREDENTIALS[name].what])));
});

test.each([...jobsOf('deploy-environment'), ...jobsOf('deploy-prod-preview'), ...jobsOf('setup-cloudflare'), ...jobsOf('verify')])('job %s takes no secret that the page does not say, and can ask who it is if it takes one', (name, job) => {
  const taken = [...job.matchAll(/secrets\.([A-Z_]+)/gu)].map(([, secret = '']) => secret).filter((secret) => secret !== LOCK_TOKEN);
  for (const secret of taken) expect(rows.get(secret)?.jobs).toMatch(new RegExp(`\\b${name}\\b`, 'u'));
  expect(/"id-token":"write"/u.test(job)).toBe(taken.length > 0 && name !== 'report'); // the report runs whatever is out of reach: it asks nobody
});

test.each(LANES)('%s: no secret has to be given, and each that it passes on or takes is known', (lane) => {
  const secrets = Object.entries(workflows.get(lane)?.on.workflow_call?.secrets ?? {});
  expect(secrets.filter(([, { required }]) => required)).toEqual([]);
  for (const [name] of secrets) expect([...CREDENTIAL_NAMES, LOCK_TOKEN]).toContain(name);
});

// GitHub refuses a run at its start when a caller grants less than what is called asks for.
test.each(LANES.slice(1))('the callers of %s grant what it asks for', async (lane) => {
  const own = parse(await readFile(join(root, `examples/shop/.github/workflows/${lane}.yml`), 'utf8')) as Workflow;
  const calls = [...Object.values(own.jobs), ...Object.values(workflows.get(lane)?.jobs ?? {})].filter(({ uses }) => uses !== undefined);
  expect(calls.length).toBeGreaterThan(0);
  for (const { permissions } of calls) expect(permissions).toMatchObject({ 'id-token': 'write' });
});
