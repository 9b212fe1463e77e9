/** A signal that lasts that long beyond another one: what protects is finished after a cancel, within what the runner leaves. */
export function lasting(signal: AbortSignal, ms: number): AbortSignal {
  const late = new AbortController();
  const arm = (): void => void setTimeout(() => late.abort(new DOMException('the last words are over', 'AbortError')), ms).unref();
  if (signal.aborted) arm();
  else signal.addEventListener('abort', arm, { once: true });
  return late.signal;
}
