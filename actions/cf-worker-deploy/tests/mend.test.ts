import { expect, test } from '@jest/globals';
import { mend } from '../src/deploy/mend.ts';
import type { LiveReading, Observed } from '../src/deploy/observe.ts';
import type { Said } from '../src/wrangler/call.ts';

const NEW = 'b'.repeat(40);
const said = (exitCode: number | null, change: Partial<Said> = {}): Said => ({ exitCode, timedOut: false, versionId: null, failure: null, firstError: '', ...change });
const seen = (live: LiveReading): Observed => ({ live, public: { kind: 'unreachable', why: 'not asked' } });
const version = (versionId: string, tag: string): Observed => seen({ kind: 'live', deploymentId: 'd', versionId, tag });
const old = version('v-old', 'a'.repeat(40));

test.each<[string, Said, Observed, Said[], boolean | null, number]>([
  ['wrangler succeeded', said(0), version('v-new', NEW), [], null, 0],
  ['it did not end in time', said(null, { timedOut: true }), version('v-new', NEW), [], null, 0],
  ['what was live before is live', said(1), old, [], null, 0],
  ['Cloudflare cannot be read', said(1), seen({ kind: 'unreadable', why: '500' }), [], null, 0],
  ['another commit is live', said(1), version('v-other', 'c'.repeat(40)), [], null, 0],
  ['the new version is live', said(1), version('v-new', NEW), [said(0), said(0)], true, 2],
  ['the new version is live, and routes cannot be set', said(1), version('v-new', NEW), [said(0), said(1)], false, 2],
  ['the new version is live, and settings cannot be set', said(1), version('v-new', NEW), [said(1)], false, 1],
])('%s: what is mended, and by how many calls', async (_, first, live, answers, expected, calls) => {
  const asked: string[] = [];
  const call = (args: readonly string[]): Promise<Said> => {
    asked.push(args.join(' '));
    return Promise.resolve(answers[asked.length - 1] ?? said(1));
  };
  expect(await mend({ said: first, anchor: old, look: () => Promise.resolve(live), sha: NEW, config: 'wrangler.jsonc', environment: 'production', name: 'shop', signal: new AbortController().signal, call })).toBe(expected);
  expect(asked).toHaveLength(calls);
  if (calls > 0) expect(asked[0]).toBe('versions deploy v-new@100% -y --config wrangler.jsonc --env=production --name shop');
});

test('after a cancel nothing is mended', async () => {
  const call = (): Promise<Said> => Promise.reject(new Error('wrangler was called'));
  expect(await mend({ said: said(null), anchor: old, look: () => Promise.resolve(version('v-new', NEW)), sha: NEW, config: 'c', environment: '', name: 'shop', signal: AbortSignal.abort(), call })).toBeNull();
});
