import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ACTIONS } from '../pull-request.ts';

const result = z.enum(['success', 'failure', 'cancelled', 'skipped']);
const step = z.object({ id: z.string(), name: z.string(), outcome: result, conclusion: result, seconds: z.number() });
const job = z.object({ id: z.string(), name: z.string(), result, seconds: z.number(), outputs: z.record(z.string(), z.string()), steps: z.array(step) });

const keptRun = z.object({
  id: z.number(),
  attempt: z.number(),
  lane: z.string(),
  branch: z.string(),
  sha: z.string(),
  inputs: z.record(z.string(), z.string()),
  pullRequest: z.object({ number: z.number(), action: z.enum(ACTIONS), fork: z.boolean() }).nullable().default(null),
  conclusion: z.string(),
  jobs: z.array(job),
});

/** The last attempt of a run of this world, as far as another attempt needs it. */
export type KeptRun = z.infer<typeof keptRun>;

export async function keepRun(world: string, run: KeptRun): Promise<void> {
  await mkdir(join(world, 'runs'), { recursive: true });
  await writeFile(fileOf(world, run.id), JSON.stringify(run), { mode: 0o600 });
}

/** null: no run of this world has that id, or it was not seen to its end. */
export async function readRun(world: string, id: number): Promise<KeptRun | null> {
  const text = await readFile(fileOf(world, id), 'utf8').catch(() => null);
  return text === null ? null : keptRun.parse(JSON.parse(text));
}

/** What its jobs have uploaded: another attempt takes it up. */
export function artifactsOf(world: string, id: number): string {
  return join(world, 'runs', `${id}-artifacts`);
}

function fileOf(world: string, id: number): string {
  return join(world, 'runs', `${id}.json`);
}
