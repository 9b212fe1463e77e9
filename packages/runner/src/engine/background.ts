import type { Result } from '../outcome.ts';
import type { Limit } from './limit.ts';
import { merged, type Worked } from './work-request.ts';

interface Task {
  perform(limit: Limit): Promise<Worked>;
  /** After continue-on-error. */
  forgiven(outcome: Result): Result;
  /** The step has ended. */
  record(outcome: Result, conclusion: Result): void;
  /** What it changed becomes visible. */
  flush(outcome: Result, conclusion: Result): void;
}

interface Entry {
  readonly cancel: () => void;
  readonly done: Promise<void>;
  readonly task: Task;
  outcome: Worked | null;
  conclusion: Result | null;
  covered: boolean;
  cancelledByName: boolean;
}

// Others wait for a slot (B1).
const MOST_AT_ONCE = 10;

/** The steps of a job that run beside the others (BackgroundStepCoordinator.cs). */
export class BackgroundSteps {
  readonly #entries = new Map<string, Entry>();
  readonly #queue: (() => void)[] = [];
  readonly #graceMs: number;
  #running = 0;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  start(id: string, limit: Limit, task: Task): void {
    const stop = new AbortController();
    const signal = AbortSignal.any([limit.signal, stop.signal]);
    const reason = (): 'timeout' | 'cancel' | null => limit.reason() ?? (stop.signal.aborted ? 'cancel' : null);
    const entry: Entry = { cancel: () => stop.abort(), done: this.#run(id, { ...limit, signal, reason }, task), task, outcome: null, conclusion: null, covered: false, cancelledByName: false };
    this.#entries.set(id, entry);
  }

  async #run(id: string, limit: Limit, task: Task): Promise<void> {
    await this.#slot(limit.signal);
    const outcome = limit.reason() === null ? await task.perform(limit) : 'cancelled';
    limit.release();
    this.#running -= 1;
    this.#queue.shift()?.();
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.outcome !== null) return;
    entry.outcome = outcome;
    entry.conclusion = task.forgiven(outcome);
    task.record(entry.outcome, entry.conclusion);
  }

  async #slot(signal: AbortSignal): Promise<void> {
    // The entry must be known before the task can end.
    await Promise.resolve();
    if (this.#running >= MOST_AT_ONCE && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#running += 1;
  }

  /** Those that nothing has waited for yet. */
  open(): string[] {
    return [...this.#entries].filter(([, entry]) => !entry.covered).map(([id]) => id);
  }

  /** @returns the worst result of those; a cancel of the job ends them */
  async wait(ids: readonly string[], signal: AbortSignal): Promise<Worked> {
    const entries = this.#of(ids);
    await race(Promise.all(entries.map((entry) => entry.done)), signal);
    if (signal.aborted) await this.#end(entries);
    return this.#cover(entries);
  }

  async cancel(id: string): Promise<void> {
    const entries = this.#of([id]);
    for (const entry of entries) entry.cancelledByName = true;
    await this.#end(entries);
    this.#cover(entries);
  }

  /** What the background steps mean for the job; one that was cancelled by name does not count (B4). */
  result(): Worked {
    const counted = [...this.#entries.values()].filter((entry) => !(entry.cancelledByName && entry.conclusion === 'cancelled'));
    return counted.reduce<Worked>((result, entry) => merged(result, entry.conclusion ?? 'success'), 'success');
  }

  /** The usual signals, and as long as they take to the SIGTERM. */
  async #end(entries: readonly Entry[]): Promise<void> {
    const running = entries.filter((entry) => entry.outcome === null);
    for (const entry of running) entry.cancel();
    await race(Promise.all(running.map((entry) => entry.done)), AbortSignal.timeout(this.#graceMs));
    for (const entry of running.filter((one) => one.outcome === null)) {
      entry.outcome = 'cancelled';
      entry.conclusion = 'cancelled';
      entry.task.record('cancelled', 'cancelled');
    }
  }

  #cover(entries: readonly Entry[]): Worked {
    let result: Worked = 'success';
    for (const entry of entries) {
      const conclusion = entry.conclusion ?? 'success';
      entry.covered = true;
      entry.task.flush(entry.outcome ?? 'success', conclusion);
      result = merged(result, conclusion);
    }
    return result;
  }

  #of(ids: readonly string[]): Entry[] {
    return ids.flatMap((id) => [...this.#entries].filter(([known]) => known.toLowerCase() === id.toLowerCase()).map(([, entry]) => entry));
  }
}

async function race(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await Promise.race([work, new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))]);
}
