import { join } from 'node:path';
import { type ActionRun, startAction } from '../../packages/acceptance/src/index.ts';
import { CONFIG_FILE, verifyConfig } from '../../packages/acceptance/tests/stage/config.ts';
import { JOBS_TOKEN, openShop } from '../../packages/acceptance/tests/stage/shop.ts';
import { recovery } from './recovery.ts';
import { type Bench, median, rowOf } from './row.ts';

const RUNS = 5;
const LATENCY_MS = 50;
const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);

/** post-deploy-verify with a lane's defaults. Aims: three healthy surfaces, each answer 50 ms late, at most 1.5 s; another commit on one of them found out within 30 s. */
export const verify: Bench = {
  about: 'post-deploy-verify of three healthy surfaces at 50 ms latency, with worker, canary and shadow; a wrong commit on one of them; deploy-report until the command that mends a failed Vendure',
  run: async (stage) => {
    const { show, note } = stage;
    const runs: ActionRun[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(await once(NEW, 'all-probes-passed'));
    show(rowOf('three healthy surfaces, 50 ms', { seconds: median(runs.map(({ seconds }) => seconds)), 'rss-mb': median(runs.map(({ peakMb }) => peakMb ?? 0)) }), 'process and all');
    for (const { surface, name, seconds, outcome } of probesOf(runs[0])) if (outcome === 'passed') note(`${surface} ${name}: ${seconds.toFixed(2)} s`);
    const { seconds, peakMb } = await once(OLD, 'probe-failed');
    show(rowOf('the storefront serves another commit', { seconds, 'rss-mb': peakMb }), 'until it is a verdict');
    await recovery(stage, LATENCY_MS);
  },
};

async function once(storefront: string, reasonCode: string): Promise<ActionRun> {
  await using shop = await openShop(NEW, LATENCY_MS);
  shop.storefront.sha = storefront;
  const run = await startAction({
    folder: join(import.meta.dirname, '../../actions/post-deploy-verify'),
    inputs: { environment: 'production', sha: NEW, 'jobs-token': JOBS_TOKEN },
    files: { [CONFIG_FILE]: verifyConfig(shop.urls) },
    weigh: true,
  });
  if (run.outputs['reason-code'] !== reasonCode) throw new Error(`bench: post-deploy-verify ended otherwise:\n${run.log}`);
  return run;
}

function probesOf(run: ActionRun | undefined): { surface: string; name: string; seconds: number; outcome: string }[] {
  return (JSON.parse(run?.outputs['result'] ?? '') as { probes: ReturnType<typeof probesOf> }).probes;
}
