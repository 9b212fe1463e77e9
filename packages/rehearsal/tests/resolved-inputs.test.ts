import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runWorkflow } from '@vendure-deploy/runner';
import { parse, stringify } from 'yaml';
import { SUITE } from '../src/world/host.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LANES = ['deploy-staging', 'deploy-production'] as const;
/** In the place of all phases: what they were given, as it is, types included. */
const TELLS = {
  tell: { 'runs-on': 'ubuntu-24.04', env: { INPUTS: '${{ toJSON(inputs) }}' }, steps: [{ run: 'printf %s "$INPUTS" > "$RESOLVED"' }] },
};

type Inputs = Readonly<Record<string, string>>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolved-'));
  await cp(join(ROOT, '.github/workflows'), join(folder, 'suite/.github/workflows'), { recursive: true });
  const inner = join(folder, 'suite/.github/workflows/deploy-environment.yml');
  const file = parse(await readFile(inner, 'utf8')) as { on: { workflow_call: { outputs?: unknown } } };
  delete file.on.workflow_call.outputs;
  await writeFile(inner, stringify({ ...file, jobs: TELLS }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const CHOSEN: Readonly<Record<string, Inputs>> = {
  'nothing is chosen': {},
  'some of it is': { ref: 'develop', storefront: 'false', allow_pending_migration: 'true', strategy: 'canary', sla_seconds: '600' },
};

describe.each(LANES)('%s', (lane) => {
  test.each(Object.entries(CHOSEN))('the form in the browser, gh, another repository and a call give the phases the same (%s)', async (_, chosen) => {
    const shop = join(ROOT, 'examples/shop');
    const ways = {
      form: await resolved(lane, shop, { ...(await defaultsOf(shop, lane)), ...chosen }),
      gh: await resolved(lane, shop, chosen),
      'another repository': await resolved(lane, join(ROOT, 'examples/ritsubi-caller'), chosen),
      'the suite itself': await resolved(lane, join(folder, 'suite'), chosen),
      call: await resolved(lane, await calling(lane, chosen), {}),
    };
    expect(Object.values(ways)).toEqual(Object.keys(ways).map(() => ways.form));
    expect(ways.form).toMatchObject({ environment: lane.replace('deploy-', ''), vendure: true, storefront: chosen['storefront'] !== 'false', strategy: chosen['strategy'] ?? '', allow_pending_migration: chosen['allow_pending_migration'] === 'true' });
  });
});

/** What the phases are given when that repository's file of the lane is dispatched. */
async function resolved(lane: string, directory: string, inputs: Inputs): Promise<unknown> {
  const place = await mkdtemp(join(folder, 'run-'));
  const outcome = await runWorkflow({
    repository: directory.endsWith('/suite') ? SUITE : 'example/caller', directory, sha: 'a'.repeat(40), ref: 'refs/heads/main', workflow: `${lane}.yml`, event: { name: 'workflow_dispatch', inputs }, actor: 'operator', runId: 1, runAttempt: 1,
    secrets: { FLY_API_TOKEN: 'fly-token', CLOUDFLARE_API_TOKEN: 'cloudflare-token' }, environmentSecrets: {}, variables: {}, githubToken: 'github-token', resolveRepository: () => Promise.resolve({ directory: join(folder, 'suite'), sha: 'b'.repeat(40) }),
    environment: { PATH: '/usr/bin:/bin', HOME: place, RESOLVED: join(place, 'inputs.json') }, node: process.execPath, work: join(place, 'work'), out: join(place, 'out'), interrupts: [],
  });
  expect({ conclusion: outcome.conclusion, refused: outcome.refused }).toEqual({ conclusion: 'success', refused: null });
  return JSON.parse(await readFile(join(place, 'inputs.json'), 'utf8'));
}

async function defaultsOf(directory: string, lane: string): Promise<Inputs> {
  const { on } = parse(await readFile(join(directory, '.github/workflows', `${lane}.yml`), 'utf8')) as { on: { workflow_dispatch: { inputs: Record<string, { default: unknown }> } } };
  return Object.fromEntries(Object.entries(on.workflow_dispatch.inputs).map(([name, one]) => [name, String(one.default)]));
}

/** A repository whose own workflow of that name calls the lane with these values, typed as YAML has them. */
async function calling(lane: string, chosen: Inputs): Promise<string> {
  const directory = await mkdtemp(join(folder, 'calling-'));
  const typed = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, ['true', 'false'].includes(value) ? value === 'true' : value]));
  await mkdir(join(directory, '.github/workflows'), { recursive: true });
  await writeFile(join(directory, '.github/workflows', `${lane}.yml`), stringify({
    on: 'workflow_dispatch', permissions: { contents: 'write', actions: 'read', deployments: 'write', 'id-token': 'write' },
    jobs: { deploy: { uses: `${SUITE}/.github/workflows/${lane}.yml@v1`, with: typed, secrets: { FLY_API_TOKEN: '${{ secrets.FLY_API_TOKEN }}', CLOUDFLARE_API_TOKEN: '${{ secrets.CLOUDFLARE_API_TOKEN }}' } } },
  }));
  return directory;
}
