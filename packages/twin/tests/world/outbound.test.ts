import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFaultScript } from '../../src/faults/index.ts';
import type { Provider } from '../../src/provider.ts';
import { createRecorder } from '../../src/record/index.ts';
import { workersOutbound } from '../../src/world/outbound.ts';

const shop: Provider = {
  name: 'shop', claims: (host) => host === 'api.shop.example', isWrite: () => false, fetch: (request) => Promise.resolve(new Response(`asked for ${new URL(request.url).pathname}`)), stop: () => Promise.resolve(),
};

test("a Worker's call to the shop's own host is answered by the twin; any other is refused, and is a stray call of the run", async () => {
  const directory = await mkdtemp(join(tmpdir(), 'outbound-'));
  const recorder = createRecorder(directory);
  const outbound = workersOutbound(() => [shop], new Set([{ script: createFaultScript([], { speed: 1 }), recorder }]));
  expect(await (await outbound(new Request('https://api.shop.example/shop-api'))).text()).toBe('asked for /shop-api');
  expect(recorder.strayCalls()).toEqual([]);
  expect((await outbound(new Request('https://tracker.example/pixel'))).status).toBe(403);
  expect(recorder.strayCalls()).toEqual(['GET tracker.example']);
  await recorder.close();
  await rm(directory, { recursive: true });
});
