import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { timelineOf } from '../../actions/deploy-report/src/timeline.ts';
import type { Outcome } from '../../packages/rehearsal/src/outcome.ts';
import { timed } from './process-tree.ts';
import { type Bench, rowOf, type Stage } from './row.ts';
import { SOURCES } from './sources.ts';

const root = join(import.meta.dirname, '../..');
const SPEED = '10';
/** Steps and pauses that cost less are no place to look for time. */
const LEAST_SECONDS = 0.5;

// An outcome has hundredths of seconds: what ends when the next begins must not seem to end after it.
const ROUNDED_MS = 20;

/** What a lane is started with; without it, as it is. */
const STARTED_WITH: Readonly<Record<string, readonly string[]>> = {
  'deploy-staging': ['--ref', 'develop', '-f', 'allow_pending_migration=true'],
  'deploy-storefront': ['-f', 'environment=production'],
  'deploy-lock': ['-f', 'environment=production'],
  'nx-cache-bust': ['-f', 'pattern=nx-ref'],
  'setup-cloudflare': ['-f', 'environment=staging'],
  verify: ['-f', 'environment=staging'],
};

/**
 * One rehearsal of each lane of the example shop, in a new world: what it waited for, job by job, and in those jobs step by step. Had any of these been shorter, so would
 * have been the whole. Aims: deploy-production at most 60 s, fast-deploy-production at most 30 s, and what of that is not flyctl at most 15 s.
 */
export const lanes: Bench = {
  about: 'the critical path of each lane, job by job and step by step, and what of a deploy is not flyctl',
  run: async (stage) => {
    for (const lane of (await readdir(join(root, 'examples/shop/.github/workflows'))).map((file) => basename(file, '.yml')).sort()) await measure(lane, stage);
  },
};

async function measure(lane: string, { show, note }: Stage): Promise<void> {
  const out = await mkdtemp(join(tmpdir(), 'bench-lane-'));
  try {
    const { code, said } = await timed({ command: process.execPath, args: [...SOURCES, join(root, 'packages/rehearsal/src/main.ts'), lane, '--speed', SPEED, '--out', out, ...(STARTED_WITH[lane] ?? [])], cwd: root });
    if (code !== 0) return note(`${lane} ended with ${code ?? 'a signal'}, and is left out: ${said.trim().split('\n').at(-1) ?? ''}`);
    const outcome = JSON.parse(await readFile(join(out, 'outcome.json'), 'utf8')) as Outcome;
    const row = (name: string, seconds: number, remark = ''): void => show(rowOf(name, { seconds, 'rss-mb': null }), remark);
    row(`${lane}, dispatch to conclusion`, outcome.seconds, outcome.verdict ?? outcome.conclusion);
    const flyctl = await secondsOfFlyctl(join(out, 'requests.jsonl'));
    if (flyctl !== null) row('  what is not flyctl', outcome.seconds - flyctl, `flyctl ${flyctl.toFixed(1)} s, its waits and the shop's boot with it`);
    for (const { name, seconds } of pathOf(outcome.jobs, 0, outcome.seconds)) {
      row(`  ${name}`, seconds);
      const job = outcome.jobs.find(({ id }) => id.split(' / ').at(-1) === name);
      if (job?.started === undefined) continue;
      for (const step of pathOf(job.steps, job.started, job.started + job.seconds)) if (step.seconds >= LEAST_SECONDS) row(`    ${step.name}`, step.seconds);
    }
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

interface Span {
  readonly id: string;
  readonly started?: number;
  readonly seconds: number;
}

/** By the report's own reckoning. A wait is none of ours: what it waited for is. */
function pathOf(spans: readonly Span[], from: number, to: number): { name: string; seconds: number }[] {
  const began = spans.filter(({ id, started }) => started !== undefined && !/^__(?:wait|parallel)/u.test(id));
  const jobs = began.map(({ id, started = 0, seconds }) => ({ id: 0, runId: 0, name: id, status: 'completed', conclusion: 'success', startedAt: started * 1000, completedAt: Math.max(started * 1000, (started + seconds) * 1000 - ROUNDED_MS), lost: false, steps: [] }));
  return timelineOf(jobs, from * 1000, to * 1000).critical.map(({ job, seconds }) => ({ name: job ?? 'waiting', seconds })).filter(({ name, seconds }) => name !== 'waiting' || seconds >= LEAST_SECONDS);
}

/** From its first call to its last. null: it was not started. */
async function secondsOfFlyctl(file: string): Promise<number | null> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { at: string; agent?: string });
  const times = lines.filter(({ agent }) => agent === 'flyctl').map(({ at }) => Date.parse(at));
  return times.length === 0 ? null : (Math.max(...times) - Math.min(...times)) / 1000;
}
