import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const token = 'fm2_Zq8+/tokenOf24Chars$';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Ended {
  code: number | null;
  log: string;
  outputs: Record<string, string>;
  summary: string;
  seconds: number;
}

test('sets every output, the result document and the state', async () => {
  const ended = await play('well');
  expect(ended).toMatchObject({ code: 0, outputs: { seen: 'false', never: '', decision: 'done', 'reason-code': 'target-serves' } });
  expect(JSON.parse(ended.outputs['result'] ?? '')).toMatchObject({ 'schema-version': 1, action: 'probe-action', decision: 'done', message: 'it is done', extra: 1, notes: [] });
  expect(ended.log).toContain('probe-action: it is done');
});

test('what it notes is in the result document, redacted', async () => {
  const { outputs } = await play('well', undefined, { INPUT_FLAG: 'true' });
  expect(JSON.parse(outputs['result'] ?? '')).toMatchObject({ notes: [{ kind: 'healed', what: 'the token was ***' }] });
});

test('lets a secret out in the mask command only', async () => {
  const { log, summary } = await play('well');
  const unmasked = log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n');
  expect(log).toContain(`::add-mask::${token}`);
  expect(unmasked + summary).not.toContain('tokenOf24');
  expect(unmasked).not.toContain(Buffer.from(token).toString('base64').slice(4, 20));
  expect(unmasked).toContain('token *** in base64');
});

test.each([
  // the part       decision   reason-code          the annotation
  ['user-error', 'failed', 'invalid-input', '::error::probe-action: the shop is closed. Come back tomorrow.'],
  ['bug', 'unknown', 'unexpected-error', 'TypeError: wrong turn ← Error: no map'],
  ['purple', 'failed', 'invalid-input', 'input `play` is "purple". Allowed: well, user-error, bug, wait, child, deaf.'],
])('after %s it says %s, %s, without a stack', async (part, decision, reason, sentence) => {
  const ended = await play(part);
  expect(ended).toMatchObject({ code: 1, outputs: { decision, 'reason-code': reason, never: '' } });
  expect(JSON.parse(ended.outputs['result'] ?? '')).toMatchObject({ notes: [] });
  expect(ended.log).toContain(sentence);
  expect(ended.log).not.toContain('    at ');
});

/** The part, the signal, and the longest time that the end may take: GitHub's runner loses patience after 7.5 s. */
const cancels = [
  ['wait', 'SIGINT', 2],
  ['wait', 'SIGTERM', 2],
  ['deaf', 'SIGINT', 7],
  ['child', 'SIGINT', 7],
] as const;

test('a cancelled action ends in time: unknown, cancelled, its children gone', async () => {
  await Promise.all(
    cancels.map(async ([part, signal, most]) => {
      let signalled = 0;
      const ended = await play(part, (child, soFar) => {
        if (signalled > 0 || !soFar.includes(part === 'child' ? 'pids' : 'in base64')) return;
        signalled = performance.now();
        child.kill(signal);
      });
      expect((performance.now() - signalled) / 1000).toBeLessThan(most);
      expect(ended).toMatchObject({ code: 1, outputs: { decision: 'unknown', 'reason-code': 'cancelled' } });
      const pids = /pids (\d+) (\d+)/.exec(ended.log)?.slice(1) ?? [];
      expect(pids).toHaveLength(part === 'child' ? 2 : 0);
      for (const pid of pids) expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
      expect(ended.log.split('\n').filter((line) => line.startsWith('::error::forged'))).toEqual([]);
    }),
  );
}, 15_000);

test.each([
  ['well', 'post has from main'],
  ['user-error', '::warning::probe-action: cannot tidy up'],
])('the post step of %s never fails the job', async (part, line) => {
  const ended = await play(part, undefined, { STATE_isPost: 'true', STATE_kept: 'from main' });
  expect(ended).toMatchObject({ code: 0, outputs: {} });
  expect(ended.log).toContain(line);
});

async function play(part: string, watch?: (child: ChildProcess, log: string) => void, extra: Record<string, string> = {}): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  folders.push(folder);
  const file = (name: string): string => {
    writeFileSync(join(folder, name), '');
    return join(folder, name);
  };
  const environment = { PATH: process.env['PATH'], GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state'), GITHUB_STEP_SUMMARY: file('summary'), RUNNER_TEMP: folder, INPUT_PLAY: part, 'INPUT_API-TOKEN': token };
  const started = performance.now();
  const child = spawn(process.execPath, ['--conditions=@vendure-deploy/source', join(import.meta.dirname, 'probe-action.ts')], { env: { ...environment, ...extra } });
  let log = '';
  const take = (chunk: Buffer): void => {
    log += String(chunk);
    watch?.(child, log);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, log, outputs: outputsOf(readFileSync(environment.GITHUB_OUTPUT, 'utf8')), summary: readFileSync(environment.GITHUB_STEP_SUMMARY, 'utf8'), seconds: (performance.now() - started) / 1000 };
}

function outputsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^(.+?)<<(.+)\n([^]*?)\n?\2$/gm)].map((match) => [match[1] ?? '', match[3] ?? '']));
}
