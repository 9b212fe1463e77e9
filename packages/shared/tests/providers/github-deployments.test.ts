import { expect, test } from '@jest/globals';
import { type DeploymentRecord, recordDeployment } from '../../src/providers/github/deployments/index.ts';
import { Secret } from '../../src/secrets/index.ts';

const SHA = 'b'.repeat(40);
const RECORD: DeploymentRecord = {
  sha: SHA, environment: 'production', production: true, runId: 7, state: 'success', description: 'deployed: all of it', verdict: 'deployed', seconds: { total: 61, phases: { vendure: 50 }, jobs: { vendure: 58 } }, logUrl: 'https://github.com/example/shop/actions/runs/7', environmentUrl: 'https://shop.example',
};
const LIST = `GET /repos/example/shop/deployments?sha=${SHA}&environment=production&task=deploy&per_page=100`;

test('a run that has no deployment makes one, then gives it its status', async () => {
  const github = fakeGitHub([{ id: 3, payload: { 'run-id': 6 } }, { id: 2, payload: '' }, { id: 1, payload: 'of somebody else' }]);
  expect(await record(github)).toBe(9);
  expect(github.calls).toEqual([
    [LIST, null],
    ['POST /repos/example/shop/deployments', {
      ref: SHA, environment: 'production', task: 'deploy', auto_merge: false, required_contexts: [], production_environment: true, transient_environment: false,
      description: 'Deployed by run 7', payload: { 'run-id': 7, verdict: 'deployed', seconds: { total: 61, phases: { vendure: 50 }, jobs: { vendure: 58 } } },
    }],
    ['POST /repos/example/shop/deployments/9/statuses', {
      state: 'success', description: 'deployed: all of it', log_url: 'https://github.com/example/shop/actions/runs/7', environment_url: 'https://shop.example',
    }],
  ]);
  expect(github.credentials).toEqual(new Set(['token secret-value']));
});

test.each([
  ['an object', { 'run-id': 7 }],
  ['a text', '{"run-id":7}'],
])('a report that runs again takes the newest deployment of its run: payload as %s', async (_, payload) => {
  const github = fakeGitHub([{ id: 5, payload: {} }, { id: 4, payload }, { id: 3, payload }]);
  expect(await record(github)).toBe(4);
  expect(github.calls.map(([call]) => call)).toEqual([LIST, 'POST /repos/example/shop/deployments/4/statuses']);
});

test('without a public URL none is named', async () => {
  const github = fakeGitHub([]);
  await record(github, { environmentUrl: null });
  expect(github.calls.at(-1)?.[1]).not.toHaveProperty('environment_url');
});

test.each([
  [403, { message: 'Resource not accessible by integration' }, 'forbidden', 'GitHub answered 403: Resource not accessible by integration'],
  [422, { message: 'No ref found' }, 'unexpected-answer', 'GitHub answered 422: No ref found'],
  [503, null, 'unavailable', 'GitHub answered 503'],
])('a %i with %j is a ProviderError, %s', async (status, body, code, message) => {
  await expect(record({ fetch: () => Promise.resolve(Response.json(body, { status })) })).rejects.toMatchObject({ name: 'ProviderError', code, message });
});

test('a connection that breaks is a ProviderError, too', async () => {
  await expect(record({ fetch: () => Promise.reject(new TypeError('fetch failed')) })).rejects.toMatchObject({ code: 'unavailable', message: 'GitHub gave no answer: fetch failed' });
});

test('an answer of another shape is said to be one', async () => {
  await expect(record(fakeGitHub([{ number: 'none' }]))).rejects.toMatchObject({ code: 'unexpected-answer' });
});

test('a GitHub that does not answer costs the deadline and no more; a cancel ends it at once', async () => {
  await expect(record(silent, {}, { deadlineMs: 50 })).rejects.toThrow('did not answer within 0.05 s');
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 50);
  await expect(record(silent, {}, { signal: cancel.signal })).rejects.toThrow('cancelled');
});

interface FakeGitHub {
  readonly fetch: typeof globalThis.fetch;
}

const silent: FakeGitHub = {
  fetch: (_, init) => new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
  }),
};

function record({ fetch }: FakeGitHub, change: Partial<DeploymentRecord> = {}, options: { deadlineMs?: number; signal?: AbortSignal } = {}): Promise<number> {
  return recordDeployment({ ...RECORD, ...change }, {
    token: new Secret('secret-value'), apiUrl: 'https://api.github.com', repository: 'example/shop', deadlineMs: 5000, signal: new AbortController().signal, debug: () => undefined, fetch, ...options,
  });
}

/** Lists what it is given; what is made gets number 9. */
function fakeGitHub(listed: readonly unknown[]): FakeGitHub & { calls: [string, unknown][]; credentials: Set<string> } {
  const calls: [string, unknown][] = [];
  const credentials = new Set<string>();
  return {
    calls,
    credentials,
    fetch: (address, init) => {
      const request = new Request(address, { ...init, signal: null });
      const { pathname, search } = new URL(request.url);
      const writes = request.method === 'POST';
      calls.push([`${request.method} ${pathname}${search}`, typeof init?.body === 'string' ? JSON.parse(init.body) : null]);
      credentials.add(request.headers.get('authorization') ?? 'none');
      return Promise.resolve(writes ? Response.json({ id: 9, payload: {} }, { status: 201 }) : Response.json(listed));
    },
  };
}
