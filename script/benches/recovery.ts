import { join } from 'node:path';
import { type ActionRun, startAction } from '../../packages/acceptance/src/index.ts';
import { CONFIG_FILE, shopConfig } from '../../packages/acceptance/tests/stage/config.ts';
import { openShop } from '../../packages/acceptance/tests/stage/shop.ts';
import { openWorld, REPOSITORY } from '../../packages/acceptance/tests/stage/world.ts';
import { median, rowOf, type Stage } from './row.ts';

const RUNS = 5;

/** From the end of the job that failed to the command that mends it: deploy-report, after flyctl lied, with every answer late. Aim: at most 1 s. */
export async function recovery({ show }: Stage, latencyMs: number): Promise<void> {
  await using world = await openWorld();
  await using shop = await openShop(world.commits.previous, latencyMs);
  world.twin.github.setRun({ id: 1001, repository: REPOSITORY, status: 'in_progress', startedAt: new Date().toISOString() });
  const run = await world.twin.openRun({ faults: [], latencyMs, lock: { repository: REPOSITORY, environment: 'production' } });
  try {
    const runs: ActionRun[] = [];
    for (let count = 0; count < RUNS; count += 1) {
      runs.push(await startAction({
        folder: join(import.meta.dirname, '../../actions/deploy-report'),
        inputs: { environment: 'production', sha: world.commits.main, phases: phasesOf(world.commits.previous), 'github-token': world.githubToken, 'started-at': new Date().toISOString() },
        environment: run.environment,
        files: { [CONFIG_FILE]: shopConfig(shop.urls) },
        weigh: true,
      }));
    }
    const wrong = runs.find(({ outputs, log }) => outputs['verdict'] !== 'failed-before-switch' || !/^::error.*\bgh (?:run rerun|workflow run) /mu.test(log));
    if (wrong !== undefined) throw new Error(`bench: deploy-report ended otherwise:\n${wrong.log}`);
    show(rowOf(`the command that mends it, ${latencyMs} ms`, { seconds: median(runs.map(({ seconds }) => seconds)), 'rss-mb': median(runs.map(({ peakMb }) => peakMb ?? 0)) }), 'deploy-report after a failed vendure, process and all');
  } finally {
    await run.close();
  }
}

/** `toJSON(needs)` where flyctl said that it succeeded, and nothing was switched. */
function phasesOf(before: string): string {
  const job = (result: string, document?: unknown): unknown => ({ result, outputs: document === undefined ? {} : { result: JSON.stringify(document) } });
  return JSON.stringify({
    preflight: job('success', { decision: 'done', 'reason-code': 'ready', seconds: 3, serving: { vendure: before, dashboard: before, storefront: before } }),
    vendure: job('failure', { decision: 'failed', 'reason-code': 'flyctl-lied', seconds: 30, before, 'serving-revisions': [before] }),
    dashboard: job('skipped'),
    storefront: job('skipped'),
  });
}
