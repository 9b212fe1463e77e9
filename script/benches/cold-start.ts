import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, timed, weighed } from './process-tree.ts';
import { type Bench, type Figures, median, rowOf } from './row.ts';

const actions = join(import.meta.dirname, '../../actions');

// A start is so short that one disturbed run would show in a mean.
const RUNS = 9;
const EVERY_MS = 2;

/** Each bundle from its start to its first own decision (an input is missing), and an empty script beside it. Aim: at most 0.12 s above that. */
export const coldStart: Bench = {
  about: 'each bundle from its start to its first own decision, against an empty script',
  run: async ({ show }) => {
    const folder = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      await writeFile(join(folder, 'empty.mjs'), '');
      for (const action of (await readdir(actions)).sort()) {
        const bundle = join(actions, action, 'dist/index.js');
        if (!existsSync(bundle)) throw new Error(`bench: ${action} has no bundle. Build it first:  script/build`);
        const { ours, peer } = await sideBySide(starts(bundle, folder), starts(join(folder, 'empty.mjs'), folder));
        show(rowOf(`cold-start ${action}`, ours, { name: 'empty script', ...peer }), `above it ${(ours.seconds - peer.seconds).toFixed(3)} s`);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function starts(script: string, folder: string): Command {
  return { command: process.execPath, args: [script], cwd: folder, environment: { PATH: process.env['PATH'], RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder, GITHUB_REPOSITORY: 'a/b' } };
}

/** One after the other in turns: what disturbs the machine disturbs both. */
async function sideBySide(our: Command, their: Command): Promise<{ ours: Figures; peer: Figures }> {
  const seconds: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
  for (let index = 0; index < RUNS; index += 1) {
    seconds.peer.push((await timed(their)).seconds);
    seconds.ours.push((await timed(our)).seconds);
  }
  const memory = { ours: (await weighed(our, EVERY_MS)).peakMb, peer: (await weighed(their, EVERY_MS)).peakMb };
  return { ours: { seconds: median(seconds.ours), 'rss-mb': memory.ours }, peer: { seconds: median(seconds.peer), 'rss-mb': memory.peer } };
}
