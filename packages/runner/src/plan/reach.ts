import { join } from 'node:path';
import { isBuiltin } from '../builtin/index.ts';
import { readAction } from '../actions/read.ts';
import { Refused } from './fields.ts';
import type { Source, StepPlan } from './types.ts';
import type { ResolveRepository } from './workflow.ts';

interface Reading {
  readonly source: Source;
  readonly path: string;
  readonly resolve: ResolveRepository;
}

/** Refuses, before anything starts, actions of repositories that cannot be had here, also below composites that can be read already. */
export async function checkActions(steps: readonly StepPlan[], { source, path, resolve }: Reading, depth = 0): Promise<void> {
  for (const step of steps) {
    if (step.work.kind !== 'uses' || isBuiltin(step.work.uses)) continue;
    const place = await likelyPlaceOf(step.work.uses, source, resolve).catch((error: unknown) => {
      throw new Refused(`\`uses: ${step.work.kind === 'uses' ? step.work.uses : ''}\` cannot be had here: ${error instanceof Error ? error.message : String(error)}`, path, step.line);
    });
    if (place === null || depth > 10) continue;
    // What cannot be read fails the job when it is set up, as on GitHub (A3).
    const action = await readAction(place).catch(() => null);
    if (action === null) continue;
    if (action.runs.kind === 'unknown') throw new Refused(`This runner does not run \`using: ${action.runs.using}\` (${step.work.uses})`, path, step.line);
    if (action.runs.kind === 'composite') await checkActions(action.runs.steps, { source: place.source, path: join(place.path, 'action.yml'), resolve }, depth + 1);
  }
}

/** A checkout puts this commit into the workspace: what `./` will be is as good as known, and where it is not there, its step says so when it runs. */
function likelyPlaceOf(uses: string, source: Source, resolve: ResolveRepository): Promise<Place | null> {
  return uses.startsWith('./') ? Promise.resolve({ source, path: uses.slice(2) }) : placeOf(uses, source, resolve);
}

export interface Place {
  readonly source: Source;
  /** Below the source's directory. */
  readonly path: string;
}

/** Where an action is to be read from; null for `./`, which is looked for in the workspace when its step runs. */
export async function placeOf(uses: string, source: Source, resolve: ResolveRepository): Promise<Place | null> {
  if (uses.startsWith('./')) return null;
  if (uses.startsWith('$/')) return { source, path: uses.slice(2) };
  const [, owner, name, path = '', ref] = /^([^/@]+)\/([^/@]+)(\/[^@]*)?@(.+)$/u.exec(uses) ?? [];
  if (owner === undefined || name === undefined || ref === undefined) throw new Error(`it names no action.`);
  const repository = `${owner}/${name}`;
  return { source: { repository, ref, ...(await resolve(repository, ref)) }, path: path.replace(/^\//u, '') };
}
