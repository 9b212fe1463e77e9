import type { Clock, Log } from '@vendure-deploy/shared/action';
import { type Ask, met, type Page, type Wanted } from './ask.ts';

export interface Arrival {
  readonly ask: Ask;
  readonly page: Page;
  readonly pinned: string | null;
  readonly wanted: Wanted;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly budgetMs: number;
  readonly intervalMs: number;
  readonly log: Log;
}

// Fresh connections may meet other places of the network: one answer is a chance, two are an arrival; so for a sick version.
const ENOUGH = 2;

/** Waits for the version to answer. What comes from another one is lag, within the budget; an error of the version itself is none. @returns null: it answers; else why not */
export async function arrive({ ask, page, pinned, wanted, clock, signal, budgetMs, intervalMs, log }: Arrival): Promise<string | null> {
  const deadline = clock.now() + budgetMs;
  let well = 0;
  let sick = 0;
  for (;;) {
    const seen = met(await ask(page, pinned), [wanted]);
    if (signal.aborted) return 'cancelled';
    well = seen.kind === 'well' ? well + 1 : 0;
    sick = seen.kind === 'sick' ? sick + 1 : 0;
    log.info(seen.kind === 'well' ? `Version ${wanted.id} answers.` : `Not yet: ${seen.why}.`);
    if (well >= ENOUGH) return null;
    if (seen.kind !== 'well' && (sick >= ENOUGH || clock.now() + intervalMs > deadline)) {
      return seen.kind === 'sick' ? seen.why : `version ${wanted.id} did not answer within ${budgetMs / 1000} s (last: ${seen.why})`;
    }
    // The next connection is another one: no pause makes a good answer better, nor a sick one.
    if (well === 0 && sick === 0) await clock.sleep(intervalMs, signal).catch(() => undefined);
  }
}
