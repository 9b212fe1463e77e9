import { Canceled, DeadlineExceeded, failureOf } from './error.ts';

/** A part of the work that can be ended on its own; it ends with what it is part of. */
export interface Scope {
  readonly signal: AbortSignal;
  cancel(reason?: Error): void;
}

export function scopeIn(parent: AbortSignal): Scope {
  const own = new AbortController();
  return { signal: AbortSignal.any([parent, own.signal]), cancel: (reason = new Canceled('context canceled')) => own.abort(reason) };
}

/** A part of the work that ends after a while. `close` when it was in time. */
export function limited(parent: AbortSignal, milliseconds: number): { readonly signal: AbortSignal; close(): void } {
  if (!Number.isFinite(milliseconds)) return { signal: parent, close: () => undefined };
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(new DeadlineExceeded('context deadline exceeded')), milliseconds);
  return { signal: AbortSignal.any([parent, own.signal]), close: () => clearTimeout(timer) };
}

/** Each of flyctl's own waits listens for a signal, and writes an empty line when one comes (measured). @returns what ends the listening */
export function listenIn(pressed: AbortSignal): () => void {
  const tell = (): unknown => process.stderr.write('\n');
  pressed.addEventListener('abort', tell, { once: true });
  return () => pressed.removeEventListener('abort', tell);
}

export function isCanceled(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof DeadlineExceeded);
}

export function isLate(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof DeadlineExceeded;
}

/** At most `size` at a time, in order, all of them. @returns what went wrong, in the order in which it did */
export async function pool(size: number, tasks: readonly (() => Promise<void>)[]): Promise<Error[]> {
  const errors: Error[] = [];
  const waiting = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      const error = await failureOf(task());
      if (error !== null) errors.push(error);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(size, tasks.length)) }, work));
  return errors;
}
