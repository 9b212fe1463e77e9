import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { answer, classify, headersFrom, headersOf } from './exchange.ts';
import type { Download, HttpResult, TransferRequest, Unreachable, UnreachableReason, UploadRequest } from './types.ts';

interface Limits {
  signal: AbortSignal;
  userAgent: string;
}

// An answer to an upload says what is wrong in a few hundred bytes.
const answerBytes = 64 * 1024;
// A server that refuses early closes the connection, and the write fails before its answer is read: 20 of 20 came within this time (measured).
const lateAnswerMs = 250;

export function download(request: TransferRequest, limits: Limits): Promise<Download | Unreachable> {
  const { outgoing, unreachable } = open(request, 'GET', {}, limits);
  return new Promise((resolve) => {
    const head = globalThis.setTimeout(() => end(unreachable('timeout', `no answer within ${Math.round(request.deadlineMs)} ms`)), request.deadlineMs);
    outgoing.on('error', (error) => end(unreachable(...classify(error))));
    outgoing.on('response', (incoming) => end({ kind: 'download', status: incoming.statusCode ?? 0, headers: headersFrom(incoming), body: incoming }));
    outgoing.end();

    function end(result: Download | Unreachable): void {
      clearTimeout(head);
      if (result.kind === 'unreachable') outgoing.destroy();
      resolve(result);
    }
  });
}

export async function upload(request: UploadRequest, limits: Limits): Promise<HttpResult> {
  const { outgoing, unreachable } = open(request, request.method, { 'content-length': request.length }, limits);
  const responded = new Promise<HttpResult>((resolve) => outgoing.once('response', (incoming) => void readAnswer(incoming).then(resolve)));
  const broken = new Promise<Unreachable>((resolve) => outgoing.on('error', (error) => resolve(unreachable(...classify(error)))));
  const source = watched(request.body);
  const writing = pipeline(source.body, outgoing).then(() => 'written' as const, () => 'cut-short' as const);

  const first = await Promise.race([responded, writing]);
  const failure = source.failure();
  if (failure !== null) {
    outgoing.destroy();
    throw failure;
  }
  const result = typeof first !== 'string' ? first : await Promise.race(first === 'written' ? [responded, broken, setTimeout(request.deadlineMs, null, UNREF)] : [responded, setTimeout(lateAnswerMs, broken, UNREF)]);
  if (!outgoing.writableFinished || result === null) outgoing.destroy();
  return result ?? unreachable('timeout', `no answer within ${Math.round(request.deadlineMs)} ms`);
}

/** A timer that nobody waits for any more keeps no process alive. */
const UNREF = { ref: false };

function open(request: TransferRequest, method: string, more: Record<string, number>, { signal, userAgent }: Limits): { outgoing: http.ClientRequest; unreachable(reason: UnreachableReason, why: string): Unreachable } {
  const url = new URL(request.url);
  const outgoing = (url.protocol === 'http:' ? http : https).request(url, { method, headers: { ...headersOf({ headers: request.headers ?? {} }, { userAgent }), ...more }, signal });
  // Destroyed with an error of ours, so that whoever reads the body learns why it ended.
  outgoing.setTimeout(request.idleMs, () => outgoing.destroy(Object.assign(new Error('nothing moved'), { code: 'ETIMEDOUT' })));
  return { outgoing, unreachable: (reason, why) => ({ kind: 'unreachable', reason, message: `${method} ${url.host}${url.pathname}: ${why}` }) };
}

async function readAnswer(incoming: http.IncomingMessage): Promise<HttpResult> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      if (size < answerBytes) chunks.push(chunk);
      size += chunk.length;
    }
  } catch {
    // The status is what counts; a server that refuses early may cut its own words short.
  }
  const cut = Buffer.concat(chunks).subarray(0, answerBytes);
  return answer(incoming, cut, answerBytes) ?? { kind: 'response', status: incoming.statusCode ?? 0, headers: headersFrom(incoming), bytes: cut, text: () => '', json: () => null };
}

/** A fault of the body itself is told apart from one of the connection. */
function watched(body: AsyncIterable<Uint8Array>): { body: AsyncIterable<Uint8Array>; failure(): Error | null } {
  let failure: Error | null = null;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
  return { body: chunks(), failure: () => failure };
}
