import { openLaneStage, PATTERN, WORKER } from '../../packages/acceptance/tests/stage/worker-lane.ts';
import { openWorkerStage, type Ran, type WorkerStage } from '../../packages/acceptance/tests/stage/worker-world.ts';
import { type Bench, median, rowOf } from './row.ts';

const RUNS = 3;

/**
 * cf-worker-deploy beside a bare `wrangler deploy` of the same built tree, a Worker with assets that exists. Aims: at most 0.6 s more at zero latency and
 * 1.25 times at 100 ms, at most 8 calls of our own; gradual without soak at most 6 s beyond its wrangler calls; close-lane at most 2 s at 100 ms;
 * at most 120 MB.
 */
export const workers: Bench = {
  about: 'deploy of a Worker with assets beside a bare wrangler, at 0 and at 100 ms latency; a gradual deployment; the hidden lane closed; calls and memory',
  run: async ({ show, note }) => {
    await using stage = await openWorkerStage();
    for (const latencyMs of [0, 100]) {
      const ours: Ran[] = [];
      const bare: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        bare.push(await fresh(stage, () => stage.bareWrangler('assets', latencyMs)));
        ours.push(await fresh(stage, () => deployed(stage.deploy({ commit: 'assets', latencyMs }))));
      }
      const seconds = median(ours.map(({ main }) => main.seconds));
      const row = rowOf(`deploy with assets, ${latencyMs} ms`, { seconds, 'rss-mb': median(ours.map(({ main }) => main.peakMb ?? 0)) }, { name: 'bare wrangler', seconds: median(bare), 'rss-mb': null });
      show(row, `${(seconds - median(bare)).toFixed(2)} s more, ${ours[0]?.calls.length ?? 0} calls of our own`);
      if (latencyMs === 0) for (const call of ours[0]?.calls ?? []) note(call);
    }
    const gradual = await fresh(stage, () => deployed(stage.gradual({ inputs: { steps: '10, 50, 100', 'soak-seconds': '0' } })));
    show(rowOf('gradual by 10, 50, 100, no soak', { seconds: gradual.main.seconds, 'rss-mb': gradual.main.peakMb }), 'six calls of wrangler among it');
    show(rowOf('close-lane, 100 ms', { seconds: await closing(), 'rss-mb': null }));
  },
};

async function fresh<T>(stage: WorkerStage, work: () => Promise<T>): Promise<T> {
  await stage.reset();
  return work();
}

async function deployed(running: Promise<Ran>): Promise<Ran> {
  const ran = await running;
  if (ran.main.outputs['decision'] !== 'done') throw new Error(`bench: cf-worker-deploy ended otherwise:\n${ran.main.log}`);
  return ran;
}

/** The lane is open, and closed by the action; the median of its seconds. */
async function closing(): Promise<number> {
  await using stage = await openLaneStage();
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const scene = await stage.reset();
    await scene.route(PATTERN, WORKER);
    const { run: closed } = await scene.close({ latencyMs: 100 });
    if (closed.outputs['reason-code'] !== 'lane-closed') throw new Error(`bench: close-lane ended otherwise:\n${closed.log}`);
    seconds.push(closed.seconds);
  }
  return median(seconds);
}
