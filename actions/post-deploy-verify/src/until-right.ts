import type { Clock } from '@vendure-deploy/shared/action';
import type { Probe } from './probes.ts';

export interface Outcome {
  readonly ok: boolean;
  readonly sha: string;
  readonly attempts: number;
  readonly why: string;
}

interface Trying {
  readonly probe: Probe;
  readonly attempts: number;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  say(text: string): void;
}

/** An attempt that is not right is tried again, whatever was wrong: no answer is no failure while something warms up. The last one counts. */
export async function untilRight({ probe, attempts, intervalMs, clock, signal, say }: Trying): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    const { ok, sha, why } = await probe();
    say(`attempt ${attempt} of ${attempts}: ${ok ? 'right' : why}`);
    if (ok || attempt >= attempts) return { ok, sha, attempts: attempt, why: ok ? '' : why };
    await clock.sleep(intervalMs, signal);
  }
}
