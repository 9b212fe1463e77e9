import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunContext } from '../action/definition.ts';

/** A lock that a deploy from a laptop holds, or may hold: what its machine has to know to keep it renewed, and to give it back. */
export type LaptopHold = z.infer<typeof hold>;

const hold = z.object({
  environment: z.string(),
  /** owner/name of the repository that the lock is a ref of. */
  repository: z.string(),
  apiUrl: z.string(),
  /** The job that took or entered it last. */
  phase: z.string(),
  /** false: it was asked for, and whether it was given is not known yet. */
  isHeld: z.boolean(),
});

/** Tells the machine of a deploy from a laptop, before the lock is asked for and once it is ours. A run of GitHub's has nobody to tell. */
export function tellHold({ laptop, job, apiUrl }: RunContext, { environment, repository, isHeld }: Pick<LaptopHold, 'environment' | 'repository' | 'isHeld'>): void {
  if (laptop === undefined) return;
  const file = fileOf(laptop.holds, environment, repository);
  mkdirSync(laptop.holds, { recursive: true });
  // Whole or not at all: it is being looked for.
  writeFileSync(`${file}.new`, JSON.stringify({ environment, repository, apiUrl, phase: job, isHeld } satisfies LaptopHold));
  renameSync(`${file}.new`, file);
}

/** Before it is given back: that it then is not ours is no loss. */
export function forgetHold({ laptop }: RunContext, { environment, repository }: Pick<LaptopHold, 'environment' | 'repository'>): void {
  if (laptop !== undefined) rmSync(fileOf(laptop.holds, environment, repository), { force: true });
}

/** What is held or may be, at this moment. */
export function readHolds(folder: string): LaptopHold[] {
  return namesIn(folder).flatMap((name) => {
    try {
      return [hold.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')))];
    } catch {
      // It was given back in between.
      return [];
    }
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function fileOf(folder: string, environment: string, repository: string): string {
  return join(folder, `${repository.replaceAll('/', '+')}+${environment}.json`);
}
