import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { extract } from 'tar';
import { packFlyctl } from '../../src/shelf/index.ts';
import { type Stage, stage } from './stage.ts';

// `--tool flyctl=PATH`: the archive that the twin serves starts that program, and the faults of the tool act on it.

let folder: string;
let open: Stage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'real-tool-'));
  open = await stage();
});

afterEach(async () => {
  await open.stop();
  await rm(folder, { recursive: true, force: true });
});

async function packed(script: string): Promise<string> {
  const real = join(folder, 'real-flyctl');
  await writeFile(real, `#!/bin/sh\n${script}\n`);
  await chmod(real, 0o755);
  const assets = await packFlyctl({ directory: folder, version: '0.4.87', real });
  const archive = join(folder, 'archive.tar.gz');
  await writeFile(archive, assets['flyctl_0.4.87_Linux_x86_64.tar.gz'] ?? '');
  await extract({ file: archive, cwd: folder });
  return join(folder, 'flyctl');
}

async function run(flyctl: string, ...args: readonly string[]): Promise<{ code: unknown; stdout: string }> {
  const environment = { ...open.environment, PATH: process.env['PATH'], HOME: folder };
  return promisify(execFile)(flyctl, [...args], { env: environment }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: unknown; signal: unknown; stdout: string }) => ({ code: error.code ?? error.signal, stdout: error.stdout }),
  );
}

test('the program gets the arguments, and its exit code is handed on', async () => {
  const flyctl = await packed('echo "given: $*"; exit 7');
  expect(await run(flyctl, 'deploy', '--app', 'shop')).toEqual({ code: 7, stdout: 'given: deploy --app shop\n' });
});

test.each<[string, string, { code: unknown; started: boolean }]>([
  ['says 0 and does nothing', 'tool flyctl 1 exit 0 without-effect', { code: 0, started: false }],
  ['says 1 and does it', 'tool flyctl 1 exit 1 with-effect', { code: 1, started: true }],
  ['is killed half way', 'tool flyctl 1 killed-after 20s', { code: 'SIGKILL', started: true }],
])('a fault of the tool acts on it: it %s', async (_, fault, { code, started }) => {
  const mark = join(folder, 'started');
  const flyctl = await packed(`touch ${mark}; [ "$HANGS" = yes ] && exec sleep 30; exit 0`.replace('"$HANGS"', fault.includes('killed') ? 'yes' : 'no'));
  open.setFaults(fault);
  expect((await run(flyctl, 'deploy')).code).toBe(code);
  expect(await readFile(mark).then(() => true, () => false)).toBe(started);
});
