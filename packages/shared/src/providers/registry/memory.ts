import { setFlagsFromString } from 'node:v8';

let done = false;

/**
 * Lets V8 collect its young generation at a tenth of its limit instead of at 80 %. What passes through us lies outside of V8's heap, held by small objects in
 * it: without this, 60 to 80 MB of buffers that nobody needs any more wait for a collection (measured with Node 24.21: a blob of 2 GiB takes 101 MB
 * instead of 137, in the same time). A V8 that does not know the flag goes on as before.
 */
export function collectBuffersEarly(): void {
  if (done) return;
  done = true;
  setFlagsFromString('--minor-gc-task-trigger=10');
}
