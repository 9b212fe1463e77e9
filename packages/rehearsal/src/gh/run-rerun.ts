import { SHOP } from '../world/host.ts';
import { readRun } from '../world/runs.ts';
import { performLane } from './perform.ts';
import type { Place } from './place.ts';
import { GhRefusal, httpRefusal } from './refusal.ts';

/** `gh run rerun`: the next attempt of a run of this world, with the commit and the inputs that it had; with --failed only what did not succeed, and what needs that. */
export async function runRerun({ id, failed }: { readonly id: number; readonly failed: boolean }, { world }: Place): Promise<void> {
  const run = await readRun(world, id);
  if (run === null) throw new GhRefusal(`failed to get run: ${httpRefusal(404, 'Not Found', `repos/${SHOP}/actions/runs/${id}`).message}`);
  if (failed && run.conclusion === 'success') throw new GhRefusal(`run ${id} cannot be rerun; it has no failed jobs`);
  process.stderr.write(`✓ Requested rerun${failed ? ' (failed jobs)' : ''} of run ${id}\n`);
  await performLane({ world, lane: run.lane, ref: run.branch, inputs: run.inputs, again: { run, onlyFailed: failed } });
}
