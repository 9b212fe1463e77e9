import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Miniflare } from 'miniflare';
import type { Content } from './content.ts';
import type { Version } from './state.ts';
import { type Outbound, workerdOptions } from './workerd-options.ts';

/** Runs uploaded versions: each in a workerd of its own, started when it is first asked and kept until the world stops. */
export interface Runtime {
  fetch(version: Version, request: Request): Promise<Response>;
  stop(): Promise<void>;
}

export function createRuntime({ directory, content, outbound }: { directory: string; content: Content; outbound: Outbound }): Runtime {
  const running = new Map<string, Promise<Miniflare>>();
  let stopped = false;

  function start(version: Version): Promise<Miniflare> {
    const known = running.get(version.id);
    if (known !== undefined) return known;
    const starting = begin(version).catch(() => begin(version));
    running.set(version.id, starting);
    // What could not be started is asked again by the next visitor.
    starting.catch(() => running.delete(version.id));
    return starting;
  }

  /** Two that begin at the same time may meet at the database of what is stored: one of them finds it locked (SQLITE_BUSY, seen on a busy machine). */
  function begin(version: Version): Promise<Miniflare> {
    return workerdOptions(version, { content, outbound, assets: join(directory, 'serving', version.id), stored: join(directory, 'stored') }).then(async (options) => {
      const worker = leavingSignals(() => new Miniflare(options));
      await worker.ready.catch(async (error: unknown) => {
        await worker.dispose();
        throw error;
      });
      return worker;
    });
  }

  return {
    async fetch(version, request) {
      if (stopped) throw new Error('The twin has stopped its Workers.');
      try {
        const worker = await start(version);
        return await patiently(() => ask(worker, request.clone()), request);
      } catch (error) {
        process.stderr.write(`twin: Worker version ${version.id}: ${error instanceof Error ? error.message : String(error)}\n`);
        // What a visitor gets for an exception that nobody caught (Cloudflare's documentation, "Errors and exceptions").
        return new Response('error code: 1101', { status: 500, headers: { 'content-type': 'text/plain; charset=UTF-8' } });
      }
    },
    async stop() {
      stopped = true;
      await Promise.allSettled([...running.values()].map(async (starting) => (await starting).dispose()));
      running.clear();
    },
  };
}

/**
 * Miniflare ends the process when a signal comes, wherever it is in its work. What is to happen then is for the program to say that has started the twin: it
 * still has a world to leave. What is there to listen for a signal before is there afterwards, and nothing else.
 */
function leavingSignals<T>(start: () => T): T {
  const before = new Map(SIGNALS.map((signal) => [signal, new Set(process.listeners(signal))]));
  const started = start();
  for (const [signal, known] of before) for (const listener of process.listeners(signal)) if (!known.has(listener)) process.removeListener(signal, listener);
  return started;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// Far beyond what the other one takes to make its tables.
const TRIES = 8;
const PAUSE_MS = 50;
const CLASH = /^uncaught: Error: (?:internal error; reference = |KV GET failed: 500 )/u;

/**
 * All versions share what is stored, each from a process of its own: two that touch a namespace for the first time at once meet at its database, and the Worker of one
 * gets workerd's "internal error" (SQLITE_BUSY underneath; at Cloudflare it is one service). A read is simply asked again.
 */
async function patiently(read: () => Promise<Response>, { method }: Request): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (tries === TRIES || !['GET', 'HEAD'].includes(method) || !(error instanceof Error && CLASH.test(error.message))) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}

async function ask(worker: Miniflare, request: Request): Promise<Response> {
  const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  const answer = await worker.dispatchFetch(request.url, { method: request.method, headers: [...request.headers], body, redirect: 'manual' });
  const headers = new Headers([...answer.headers]);
  // The body has been decoded on its way here.
  if (headers.has('mf-content-encoding')) for (const name of ['content-length', 'mf-content-encoding']) headers.delete(name);
  const hasBody = answer.body !== null && ![101, 204, 205, 304].includes(answer.status);
  const bytes = hasBody ? new Uint8Array(await answer.arrayBuffer()) : null;
  if (answer.status === 500 && bytes !== null) mustBeItsOwn(Buffer.from(bytes).toString());
  return new Response(bytes, { status: answer.status, statusText: answer.statusText, headers });
}

/** An exception that the Worker did not catch arrives as a 500 with its stack, whose last frame is Miniflare's entry; one that comes out of workerd has none of that. */
function mustBeItsOwn(body: string): void {
  const uncaught = `uncaught: ${body.split('\n')[0] ?? ''}`;
  if (CLASH.test(uncaught) || /\bworkers\/core\/entry\.worker\.js:\d+/u.test(body)) throw new Error(uncaught);
}
