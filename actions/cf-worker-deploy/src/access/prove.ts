import type { Clock } from '@vendure-deploy/shared/action';
import type { Guarded } from './evidence.ts';
import { judgeAccess, type Proof } from './judge.ts';
import { readEvidence, type Reading } from './read.ts';

/** Reads and judges in one go. Whatever goes wrong on the way is no proof. */
export async function proveAccess(wanted: Guarded, reading: Reading & { readonly clock: Clock }): Promise<Proof> {
  return judgeAccess(wanted, await readEvidence(wanted, reading), reading.clock.now());
}
