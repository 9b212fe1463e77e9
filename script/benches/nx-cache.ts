import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTwin, type Twin } from '@vendure-deploy/twin';
import { subjectOf } from '../../packages/acceptance/tests/stage/actions.ts';
import { startAction } from '../../packages/acceptance/src/index.ts';
import { installed } from '../conformance-tools.ts';
import { type Bench, median, rowOf } from './row.ts';

const run = promisify(execFile);
const REPOSITORY = 'example/shop';
const REFS = ['refs/heads/main', 'refs/heads/develop', 'refs/pull/12/merge'];
const BAD = 'Linux-X64-nx-ref-develop-bad';
const ENTRIES = 1000;
const LATENCY_MS = 50;
const RUNS = 3;

/**
 * One bad key among a thousand entries on three refs, gone from all of them. Aims: at most 8 calls, and at least three times as fast as the runbook's
 * `gh api --paginate … | jq | xargs gh api -X DELETE`.
 */
export const nxCache: Bench = {
  about: 'one bad key among 1,000 entries of the cache on 3 refs, beside gh api, jq and xargs',
  run: async ({ show, note }) => {
    const directory = await mkdtemp(join(tmpdir(), 'bench-nx-cache-'));
    const twin = await startTwin({ directory, speed: 10, suite: { repository: 'example/suite', directory: join(import.meta.dirname, '../..') }, accountId: 'a'.repeat(32), zones: [], flyctlVersions: [] });
    try {
      await twin.github.createRepository(REPOSITORY, join(import.meta.dirname, '../..'));
      const token = twin.github.issueToken({ contents: 'read', actions: 'write' });
      for (let index = 0; index < ENTRIES - REFS.length; index += 1) await twin.github.saveCache({ repository: REPOSITORY, ref: REFS[index % REFS.length] ?? '', key: `Linux-X64-nx-ref-develop-${index}`, version: 'v' });
      const gh = await installed('gh', note);
      if ('missing' in gh) note(gh.missing);
      const [ours, theirs]: [number[], number[]] = [[], []];
      let [calls, callsOfGh, memory] = [0, 0, 0];
      for (let round = 0; round < RUNS; round += 1) {
        await poison(twin);
        const action = await measured(twin, async (environment) => {
          const ended = await startAction({ folder: subjectOf('nx-cache-bust').folder, weigh: true, inputs: { 'github-token': token, key: BAD, 'restore-keys': 'Linux-X64-nx-ref-develop-', 'dry-run': 'false' }, environment });
          if (ended.outputs['reason-code'] !== 'cache-busted') throw new Error(`bench: nx-cache-bust ended otherwise:\n${ended.log}`);
          memory = Math.max(memory, ended.peakMb ?? 0);
        });
        ours.push(action.seconds);
        calls = action.calls;
        if ('missing' in gh) continue;
        await poison(twin);
        const runbook = await measured(twin, async (environment) => {
          const command = `'${gh.path}' api --paginate 'repos/${REPOSITORY}/actions/caches?per_page=100' | jq -r '.actions_caches[]|select(.key=="${BAD}")|.id' | xargs -I{} '${gh.path}' api -X DELETE 'repos/${REPOSITORY}/actions/caches/{}'`;
          await run('bash', ['-euo', 'pipefail', '-c', command], { env: { ...environment, PATH: process.env['PATH'], HOME: directory, GH_TOKEN: token } });
        });
        if (twin.github.caches(REPOSITORY).some(({ key }) => key === BAD)) throw new Error('bench: gh left some of it');
        theirs.push(runbook.seconds);
        callsOfGh = runbook.calls;
      }
      const peer = theirs.length === 0 ? null : { name: 'gh, jq, xargs', seconds: median(theirs), 'rss-mb': null };
      show(rowOf(`one of ${ENTRIES} entries, ${LATENCY_MS} ms`, { seconds: median(ours), 'rss-mb': memory }, peer), `${calls} calls of ours${peer === null ? '' : `, ${callsOfGh} of gh`}`);
    } finally {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
};

async function poison(twin: Twin): Promise<void> {
  for (const ref of REFS) await twin.github.saveCache({ repository: REPOSITORY, ref, key: BAD, version: 'v' });
}

async function measured(twin: Twin, work: (environment: Readonly<Record<string, string>>) => Promise<void>): Promise<{ seconds: number; calls: number }> {
  const world = await twin.openRun({ faults: [], latencyMs: LATENCY_MS, lock: { repository: REPOSITORY, environment: 'production' } });
  try {
    const started = performance.now();
    await work(world.environment);
    return { seconds: (performance.now() - started) / 1000, calls: world.requests().filter(({ host }) => host === 'api.github.com').length };
  } finally {
    await world.close();
  }
}
