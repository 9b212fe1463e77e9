import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStage, type Stage } from '../github/stage.ts';

let stage: Stage;
afterEach(() => stage.stop());

const FETCH = 'const [url, token] = process.argv.slice(1); try { const r = await fetch(url, {headers: {authorization: "Bearer " + token}}); console.log(r.status, await r.text()); } catch (e) { console.log("failed", e.cause?.code ?? e.message); }';
const fetchBy = (url: string): Promise<string> => stage.run('node', '--input-type=module', '-e', FETCH, url, stage.token);
const REF = 'https://api.github.com/repos/example/shop/git/ref/heads/main';

describe('without faults', () => {
  beforeEach(async () => { stage = await openStage(); });

  test("Node's fetch and curl reach a provider under its real name, over TLS and without", async () => {
    const head = await stage.github.headOf('example/shop');
    expect(await fetchBy(REF)).toContain(head);
    expect(await fetchBy(REF.replace('https', 'http'))).toContain(head);
    expect(await stage.run('curl', '-sS', '-H', `authorization: Bearer ${stage.token}`, REF)).toContain(head);
    expect(await stage.run('curl', '-sS', '-H', `authorization: Bearer ${stage.token}`, REF.replace('https', 'http'))).toContain(head);
    expect(stage.recorder.all().map(({ status, write }) => [status, write])).toEqual(Array.from({ length: 4 }, () => [200, false]));
  });

  test('git clones and pushes by smart HTTP', async () => {
    const url = `https://x-access-token:${stage.token}@github.com/example/shop`;
    const clone = join(stage.directory, 'clone');
    await stage.run('git', 'clone', '--quiet', url, clone);
    expect(await readFile(join(clone, 'README.md'), 'utf8')).toBe('A shop.\n');
    await writeFile(join(clone, 'big.txt'), 'more\n'.repeat(500_000));
    await stage.run('git', '-C', clone, 'add', '.');
    await stage.run('git', '-C', clone, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', 'More');
    await stage.run('git', '-C', clone, 'push', '--quiet', 'origin', 'HEAD:main');
    expect(await stage.github.headOf('example/shop')).toBe((await stage.run('git', '-C', clone, 'rev-parse', 'HEAD')).trim());
    expect(stage.recorder.records()).toBeGreaterThan(0);
    expect(stage.recorder.writes()).toBe(0);
  });

  test('what nobody models is refused, and told apart from telemetry', async () => {
    await fetchBy('https://example.com/');
    await fetchBy('http://example.net/x');
    await fetchBy('https://o1.sentry.io/api');
    expect(stage.recorder.strayCalls()).toEqual(['CONNECT example.com', expect.stringMatching(/example\.net$/u)]);
    expect(stage.recorder.telemetry()).toEqual(['CONNECT o1.sentry.io']);
  });

  test('a release is downloaded byte for byte', async () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    stage.github.addRelease('superfly/flyctl', 'v1', { 'flyctl.tar.gz': bytes });
    const file = join(stage.directory, 'download');
    await stage.run('curl', '-sSfL', '-o', file, 'https://github.com/superfly/flyctl/releases/download/v1/flyctl.tar.gz');
    expect(Buffer.compare(await readFile(file), bytes)).toBe(0);
  });
});

describe('with a fault', () => {
  const CREATE = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-X', 'POST', 'https://api.github.com/repos/example/shop/git/refs'];
  const create = async (): Promise<string> => {
    const body = JSON.stringify({ ref: 'refs/heads/next', sha: await stage.github.headOf('example/shop') });
    return stage.run('curl', ...CREATE, '-H', `authorization: Bearer ${stage.token}`, '-d', body).catch((error: { code?: number }) => `curl ${error.code ?? ''}`);
  };
  const made = (): Promise<boolean> => stage.github.headOf('example/shop', 'next').then(() => true, () => false);

  test.each([
    ['503', '503', false],
    ['503 after-commit', '503', true],
    ['reset', 'curl (35|52|56)', false],
    ['reset after-commit', 'curl (35|52|56)', true],
    ['truncate', 'curl 18', true],
    ['html', '200', false],
    ['delay 100ms', '201', true],
  ])('%s: the client sees %s, the write is done: %s', async (effect, seen, done) => {
    stage = await openStage(`github POST */git/refs 1 ${effect}`);
    expect(await create()).toMatch(new RegExp(`^${seen}$`, 'u'));
    expect(await made()).toBe(done);
    expect(stage.recorder.all()).toMatchObject([{ write: done, fault: `github POST */git/refs 1 ${effect}` }]);
  });

  test("a stand-in asks the proxy's own port what to do", async () => {
    stage = await openStage('tool flyctl 2 exit 0 without-effect');
    const ask = (): Promise<string> => stage.run('curl', '-sS', '-d', '{"tool":"flyctl","args":[]}', new URL('/tool-call', stage.proxy.url).href);
    expect([await ask(), await ask()]).toEqual(['{"effect":null,"speed":10}', '{"effect":"exit 0 without-effect","speed":10}']);
  });
});
