import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openContent } from '../../src/cloudflare/content.ts';
import { createRuntime } from '../../src/cloudflare/runtime.ts';
import type { Version } from '../../src/cloudflare/state.ts';

let directory = '';
afterEach(() => rm(directory, { recursive: true, force: true }));

const READS = `export default { async fetch(request, { FLAGS }) { return new Response(String(await FLAGS.get('maintenance'))); } };`;
/** Without a second try about a third of these had workerd's internal error. */
const NAMESPACES = 12;

test('two versions that read a namespace for the first time at the same moment both get an answer', async () => {
  directory = await mkdtemp(join(tmpdir(), 'runtime-'));
  const content = openContent(directory);
  const runtime = createRuntime({ directory, content, outbound: () => Promise.resolve(new Response()) });
  const key = await content.putModule(Buffer.from(READS));
  try {
    const answers: string[] = [];
    for (let namespace = 0; namespace < NAMESPACES; namespace += 1) {
      const pair = ['old', 'new'].map((name) => version(`${name}-${namespace}`, key, String(namespace)));
      for (const { status, text } of await Promise.all(pair.map(async (one) => {
        const answer = await runtime.fetch(one, new Request('https://shop.example/'));
        return { status: answer.status, text: await answer.text() };
      }))) answers.push(`${status} ${text}`);
    }
    expect(new Set(answers)).toEqual(new Set(['200 null']));
  } finally {
    await runtime.stop();
  }
});

function version(id: string, content: string, namespace: string): Version {
  return {
    id, number: 1, createdOn: '2026-01-01T00:00:00Z', source: 'wrangler', annotations: {}, mainModule: 'worker.js', modules: [{ name: 'worker.js', type: 'esm', content }],
    bindings: [{ type: 'kv_namespace', name: 'FLAGS', namespace_id: namespace }], compatibilityDate: '2026-01-01', compatibilityFlags: [], assets: null,
  };
}
