import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const MODULE = join(import.meta.dirname, '../../src/github/keep-file.ts');
const WRITES = `const { keepFile } = await import(${JSON.stringify(MODULE)}); for (let n = 0; ; n += 1) keepFile(process.argv[1], { n, filler: 'x'.repeat(4_000_000) });`;

let folder = '';
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is kept can be read at any moment, also after its writer was killed in the middle of writing', async () => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  const file = join(folder, 'runs', 'runs.json');
  for (let kill = 0; kill < 3; kill += 1) {
    const writer = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', WRITES, file], { stdio: 'ignore' });
    const ended = new Promise((resolve) => writer.once('close', resolve));
    const seen = new Set<number>();
    for (const deadline = Date.now() + 20_000; seen.size < 20 && Date.now() < deadline;) {
      if (existsSync(file)) seen.add((JSON.parse(readFileSync(file, 'utf8')) as { n: number }).n);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(seen.size).toBe(20);
    writer.kill('SIGKILL');
    await ended;
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ n: expect.any(Number) });
  }
});
