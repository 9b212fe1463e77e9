import type { Clock, Log } from '@vendure-deploy/shared/action';
import { type Ask, met, type Page, type Wanted } from './ask.ts';

export interface Soak {
  readonly ask: Ask;
  readonly pages: readonly Page[];
  /** Asked for by the override header. */
  readonly fresh: Wanted;
  /** Who may answer without it. */
  readonly either: readonly Wanted[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly soakMs: number;
  readonly intervalMs: number;
  /** Until then another version's answer is lag. */
  readonly lagEnds: number;
  readonly log: Log;
}

/** Watches a step: every page, of the new version and of whichever the percentages give; at least once. @returns null: all was well; else what was not */
export async function soak(watch: Soak): Promise<string | null> {
  const { clock, signal, soakMs, intervalMs, log } = watch;
  const ends = clock.now() + soakMs;
  for (let round = 1; ; round += 1) {
    const faults = await Promise.all(watch.pages.flatMap((page) => [probe(watch, page, watch.fresh.id), probe(watch, page, null)]));
    if (signal.aborted) return 'cancelled';
    const fault = faults.find((one) => one !== null) ?? null;
    if (fault !== null) return fault;
    log.info(`Probe ${round}: all is well.`);
    if (clock.now() + intervalMs > ends) break;
    await clock.sleep(intervalMs, signal).catch(() => undefined);
    if (signal.aborted) return 'cancelled';
  }
  // What is left of the time is soaked as well, so that a step takes what was asked for.
  await clock.sleep(Math.max(0, ends - clock.now()), signal).catch(() => undefined);
  return signal.aborted ? 'cancelled' : null;
}

/** One bad answer may be the network's: the second one, at once and over another connection, counts. */
async function probe({ ask, fresh, either, clock, lagEnds, log, signal }: Soak, page: Page, pinned: string | null): Promise<string | null> {
  const wanted = pinned === null ? either : [fresh];
  for (let attempt = 1; ; attempt += 1) {
    const seen = met(await ask(page, pinned), wanted);
    if (seen.kind === 'well' || signal.aborted) return null;
    log.info(`${pinned === null ? 'Public' : 'New version'}: ${seen.why}.`);
    if (seen.kind === 'other' && clock.now() <= lagEnds) return null;
    if (attempt === 2) return seen.why;
  }
}
