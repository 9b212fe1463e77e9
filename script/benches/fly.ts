import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlyShop, type FlyStage, openFlyStage } from '../../packages/acceptance/tests/stage/fly-world.ts';
import { timed } from './process-tree.ts';
import { type Bench, median, rowOf } from './row.ts';

const RUNS = 3;
// Two Machines of `app` and one of each other group: six.
const GROUPS = ['app', 'worker', 'mailer', 'indexer', 'importer'];

interface Sample {
  readonly seconds: number;
  /** flyctl's own. */
  readonly flyctl: number;
  readonly calls: readonly string[];
  readonly megabytes: number;
  readonly phases: string;
}

/**
 * fly-deploy beside a bare `flyctl deploy` of the same image to six Machines: what settle, audit, backup, fence and gate cost. Aims: own overhead (all
 * but flyctl's seconds) at most 2 s at zero latency and 4 s at 100 ms, at most 25 calls of our own, at most 120 MB.
 */
export const fly: Bench = {
  about: 'fly-deploy beside a bare flyctl: own seconds, calls and memory with six Machines, at 0 and at 100 ms latency',
  run: async ({ show, note }) => {
    await using stage = await openFlyStage();
    for (const latencyMs of [0, 100]) {
      const ours: Sample[] = [];
      const bare: number[] = [];
      for (let index = 0; index < RUNS; index += 1) {
        bare.push(await inShop(stage, (shop) => bareFlyctl(stage, shop, latencyMs)));
        ours.push(await inShop(stage, (shop) => action(shop, latencyMs)));
      }
      const overhead = median(ours.map(({ seconds, flyctl }) => seconds - flyctl));
      const calls = median(ours.map((sample) => sample.calls.length));
      const row = rowOf(`fly-deploy, six Machines, ${latencyMs} ms`, { seconds: median(ours.map(({ seconds }) => seconds)), 'rss-mb': median(ours.map(({ megabytes }) => megabytes)) }, { name: 'bare flyctl', seconds: median(bare), 'rss-mb': null });
      show(row, `own overhead ${overhead.toFixed(2)} s, ${calls} calls of our own`);
      note(`phases of one run at ${latencyMs} ms: ${ours[0]?.phases ?? ''}`);
      if (latencyMs === 0) for (const call of counted(ours[0]?.calls ?? [])) note(call);
    }
  },
};

function counted(calls: readonly string[]): string[] {
  return [...new Set(calls)].map((call) => `${calls.filter((one) => one === call).length} × ${call}`);
}

async function inShop<T>(stage: FlyStage, work: (shop: FlyShop) => Promise<T>): Promise<T> {
  await using shop = await stage.openShop('bluegreen', GROUPS);
  return await work(shop);
}

async function action(shop: FlyShop, latencyMs: number): Promise<Sample> {
  // The defaults of a lane: what a user gets, waits between two reads included.
  const { ended, calls } = await shop.deploy({ commit: 'main', latencyMs, weigh: true, inputs: { 'read-interval-seconds': '', 'gate-seconds': '' } });
  if (ended.outputs['decision'] !== 'done') throw new Error(`bench: fly-deploy did not deploy:\n${ended.log}`);
  const { phases } = JSON.parse(ended.outputs['result'] ?? '') as { phases: Record<string, number> };
  return { seconds: ended.seconds, flyctl: phases['flyctl'] ?? 0, calls, megabytes: ended.peakMb ?? 0, phases: Object.entries(phases).map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`).join(', ') };
}

async function bareFlyctl({ twin, flyctl }: FlyStage, { app, flyToml }: FlyShop, latencyMs: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-fly-'));
  const run = await twin.openRun({ faults: [], latencyMs, lock: { repository: 'example/shop', environment: 'production' } });
  try {
    await writeFile(join(folder, 'fly.toml'), flyToml);
    const environment = { ...run.environment, PATH: process.env['PATH'], HOME: folder, FLY_API_TOKEN: twin.credentials.flyApiToken };
    const args = ['deploy', '--app', app, '--config', join(folder, 'fly.toml'), '--image', `registry.fly.io/${app}:main`, '--remote-only', '--yes', '--deploy-retries', '1', '--dns-checks=false'];
    const { code, seconds, said } = await timed({ command: flyctl, args, cwd: folder, environment });
    if (code !== 0) throw new Error(`bench: flyctl ended with ${String(code)}:\n${said}`);
    return seconds;
  } finally {
    await run.close();
    await rm(folder, { recursive: true });
  }
}
