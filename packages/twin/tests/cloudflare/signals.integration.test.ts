import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openContent } from '../../src/cloudflare/content.ts';
import { createRuntime } from '../../src/cloudflare/runtime.ts';
import type { Version } from '../../src/cloudflare/state.ts';

let directory = '';
afterEach(() => rm(directory, { recursive: true, force: true }));

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

test('a Worker that runs leaves what a signal does to the program that has started the twin, and so does the next one', async () => {
  directory = await mkdtemp(join(tmpdir(), 'runtime-'));
  const runtime = createRuntime({ directory, content: openContent(directory), outbound: () => Promise.resolve(new Response()) });
  const own = (): void => undefined;
  process.on('SIGTERM', own);
  try {
    const before = SIGNALS.map((signal) => process.listeners(signal));
    for (const id of ['one', 'two']) {
      await runtime.fetch(version(id), new Request('https://shop.example/'));
      expect(SIGNALS.map((signal) => process.listeners(signal))).toEqual(before);
    }
  } finally {
    process.removeListener('SIGTERM', own);
    await runtime.stop();
  }
});

/** Of a Worker that has no code of its own. */
function version(id: string): Version {
  return { id, number: 1, createdOn: '2026-01-01T00:00:00Z', source: 'wrangler', annotations: {}, mainModule: null, modules: [], bindings: [], compatibilityDate: '2026-01-01', compatibilityFlags: [], assets: null };
}
