import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { begin, ended, type Command, watchTree, weighed } from './process-tree.ts';
import { type Bench, type Figures, median, rowOf } from './row.ts';
import { againstAct } from './runner-against-act.ts';
import { SOURCES } from './sources.ts';

const root = join(import.meta.dirname, '../..');

const RUNS = 3;
const EVERY_MS = 100;
const REST_MS = 3_000;

/** What a rehearsal costs: the world at rest, the production lane in it, and the runner's own share beside the nearest runner of workflows. */
export const rehearse: Bench = {
  about: "the twin at rest and in the production lane (seconds, memory); the runner's overhead per job and per step against act",
  run: async (stage) => {
    stage.note('opening a world once, unmeasured (a new state of the sources is seeded now)');
    await atRest();
    stage.show(rowOf('twin at rest: a world, from start to open', medianOf(await several(atRest))));
    const lanes = await several(productionLane);
    stage.show(rowOf('deploy-production, dispatch to conclusion', medianOf(lanes)));
    stage.show(rowOf('deploy-production, the whole command', medianOf(lanes.map((lane) => ({ ...lane, seconds: lane.whole })))));
    await againstAct(stage);
  },
};

async function atRest(): Promise<Figures> {
  const started = performance.now();
  const { child, said } = begin(own('script/benches/open-world.ts'));
  const end = ended(child);
  if (child.stdout === null || child.stdin === null) throw new Error('bench: the world has no input or output');
  await Promise.race([once(child.stdout, 'data'), end]);
  const seconds = (performance.now() - started) / 1000;
  if (!said().includes('open')) throw new Error(`bench: no world opened\n${said()}`);
  const watch = watchTree(child.pid ?? 0, EVERY_MS);
  await sleep(REST_MS);
  const megabytes = await watch.stop();
  child.stdin.end();
  await end;
  return { seconds, 'rss-mb': megabytes };
}

async function productionLane(): Promise<Figures & { whole: number }> {
  const { code, seconds, output, said, peakMb } = await weighed(own('packages/rehearsal/src/main.ts', 'deploy-production', '--speed', '10', '--json'), EVERY_MS);
  if (code !== 0) throw new Error(`bench: deploy-production ended with ${code ?? 'a signal'}\n${said}`);
  return { seconds: (JSON.parse(output) as { seconds: number }).seconds, whole: seconds, 'rss-mb': peakMb };
}

function own(program: string, ...args: string[]): Command {
  return { command: process.execPath, args: [...SOURCES, join(root, program), ...args], cwd: root };
}

async function several<T>(measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let index = 0; index < RUNS; index += 1) all.push(await measure());
  return all;
}

function medianOf(all: readonly Figures[]): Figures {
  return { seconds: median(all.map((one) => one.seconds)), 'rss-mb': median(all.map((one) => one['rss-mb'] ?? Number.NaN)) };
}
