import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaultScript, createRecorder, startProxy, type Provider } from '@vendure-deploy/twin';

/** Every provider at once, each repeating in its own error shape what it was told and what it should never tell. */
export interface Echo extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  /** Answers from now on: with this status, and with this text in the error. */
  answerWith(status: number, text: string): void;
  /** How many requests have come since. */
  asked(): number;
}

export async function openEcho(): Promise<Echo> {
  const directory = await mkdtemp(join(tmpdir(), 'echo-'));
  let asked = 0;
  let answer = { status: 500, text: '' };
  const echo: Provider = {
    name: 'github',
    claims: () => true,
    isWrite: () => false,
    fetch: (request) => {
      asked += 1;
      const said = request.headers.get('authorization') ?? 'nothing';
      return Promise.resolve(errorOf(new URL(request.url).hostname, answer.status, `${answer.text} | you said ${said}`));
    },
    stop: () => Promise.resolve(),
  };
  const recorder = createRecorder(directory);
  const nothing = createFaultScript([], { speed: 1 });
  const proxy = await startProxy({ directory, providers: [echo], faults: () => nothing, recorder, speed: 1, latencyMs: 0 });
  return {
    environment: proxy.environment,
    asked: () => asked,
    answerWith(status, text) {
      asked = 0;
      answer = { status, text };
    },
    async [Symbol.asyncDispose]() {
      await proxy.stop();
      await recorder.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function errorOf(host: string, status: number, text: string): Response {
  return Response.json(bodyOf(host, text), { status, headers: { 'x-request-id': text, ...(status === 401 ? { 'www-authenticate': `Basic realm="${host}"` } : {}) } });
}

function bodyOf(host: string, text: string): unknown {
  if (host === 'registry.fly.io') return { errors: [{ code: 'DENIED', message: text, detail: text }] };
  if (host === 'api.cloudflare.com') return { success: false, errors: [{ code: 10_001, message: text }], messages: [text], result: null };
  // GitHub's and Fly's words, and those of a shop's /version and /health/ready.
  return { message: text, error: text, sha: text, status: text };
}
