import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createGithubWorld, type GithubWorld } from '@vendure-deploy/twin';
import { insideOf, LONG, rehearsed, typed, worldFolder } from '../../stage.ts';
import { VENDURE_ONLY } from '../faults.ts';

const REPOSITORY = 'example/shop';
const ROTTEN = 'Linux-X64-nx-ref-main-e2e4670';
const RUN = 7_654_321;
// The runbook's first: the drift audit of a deploy, whose job had restored what Nx kept of other sources.
const LOG = `##[group]Run actions/cache@0057852bfaa89a56745cba8c7296529d2fc39830
with:
  path: .nx/cache
  key: Linux-X64-nx-ref-main-1402741
  restore-keys: Linux-X64-nx-ref-main-
##[endgroup]
Cache restored from key: ${ROTTEN}
> nx run @ritsubi/plugins:build  [remote cache]
Nx read the output from the cache instead of running the command for 4 out of 4 tasks.
Error: Cannot find module '@ritsubi/plugins/dist/rule-engine/shipping.js'
    at Module._resolveFilename (node:internal/modules/cjs/loader:1421:15)
##[error]Process completed with exit code 1.
`;

let world: string;
let github: () => GithubWorld;
beforeAll(async () => {
  world = await worldFolder();
  github = () => createGithubWorld({ directory: join(world, 'twin') });
  await rehearsed('deploy-lock', '--world', world, '-f', 'environment=production');
  const kept = github();
  const times = { startedAt: '2026-11-26T10:00:00Z', completedAt: '2026-11-26T10:01:00Z' };
  kept.setRun({ id: RUN, repository: REPOSITORY, status: 'completed', conclusion: 'failure', startedAt: times.startedAt, branch: 'main', workflow: 'drift-audit' });
  kept.setJobs(RUN, [{ id: 76_543_211, name: 'drift-audit', status: 'completed', conclusion: 'failure', ...times, steps: [{ name: 'audit', number: 1, status: 'completed', conclusion: 'failure' }] }]);
  kept.setJobLog(76_543_211, LOG.replaceAll(/^(?=.)/gmu, '2026-11-26T10:00:09.0000000Z '));
  for (const key of [ROTTEN, 'Linux-pnpm-store-1']) await kept.saveCache({ repository: REPOSITORY, ref: 'refs/heads/main', key, version: 'v' });
}, LONG);
afterAll(() => rm(world, { recursive: true, force: true }));

test(
  'stale-build-output: script/diagnose recognises it by the log of the run, and what it prints takes the rotten entry away and deploys',
  async () => {
    const { exitCode, said } = await typed(world, `script/diagnose --run ${RUN} --json`);
    expect({ exitCode, said }).toEqual({ exitCode: 0, said: expect.stringContaining('"id": "stale-build-output"') as unknown });
    const { diagnoses } = JSON.parse(said.slice(said.indexOf('{\n'), said.lastIndexOf('}') + 1)) as { diagnoses: { id: string; commands: string[] }[] };
    expect(diagnoses.map(({ id }) => id)).toEqual(['stale-build-output']);
    const [bust = '', deploy = ''] = diagnoses[0]?.commands ?? [];
    expect(keys()).toEqual([ROTTEN, 'Linux-pnpm-store-1']);
    expect(await typed(world, bust)).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^nx-cache-bust: success/mu) as unknown });
    expect(keys()).toEqual(['Linux-pnpm-store-1']);
    expect(await typed(world, `${deploy} ${VENDURE_ONLY.join(' ')}`)).toMatchObject({ exitCode: 0, said: expect.stringMatching(/^deploy-production: success, verdict deployed/mu) as unknown });
    expect((await insideOf(world)).truth).toMatchObject({ lock: 'free' });
  },
  3 * LONG,
);

function keys(): string[] {
  return github().caches(REPOSITORY).map(({ key }) => key).sort();
}
