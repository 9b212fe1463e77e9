import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Laptop, LAPTOP_VARIABLE } from '@vendure-deploy/shared/action';
import { runContext } from '../../src/action/environment.ts';

const PROBE = join(import.meta.dirname, 'probe-action.ts');
const LAPTOP: Laptop = { id: 'a', user: 'operator', host: 'mbp', pid: 1, startedAt: 5, command: 'script/deploy deploy-staging', holds: '/nowhere' };

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'laptop-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a deploy from a laptop is known by its variable; a run of GitHub has none', () => {
  const github = { GITHUB_REPOSITORY: 'example/shop', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
  expect(runContext(github)).not.toHaveProperty('laptop');
  expect(runContext({ ...github, [LAPTOP_VARIABLE]: JSON.stringify(LAPTOP) })).toMatchObject({ laptop: LAPTOP, runUrl: 'a laptop, operator@mbp' });
});

test('an action whose laptop was killed ends, and ends the tool that it runs', async () => {
  const file = (name: string): string => {
    writeFileSync(join(folder, name), '');
    return join(folder, name);
  };
  const environment = { PATH: process.env['PATH'] ?? '', GITHUB_OUTPUT: file('output'), GITHUB_STATE: file('state'), GITHUB_STEP_SUMMARY: file('summary'), RUNNER_TEMP: folder, INPUT_PLAY: 'child', 'INPUT_API-TOKEN': 'x', [LAPTOP_VARIABLE]: JSON.stringify(LAPTOP) };
  // As the runner does: a process group of its own, its output through pipes that end with the runner.
  const starter = `const c = require('node:child_process').spawn(process.execPath, ['--conditions=@vendure-deploy/source', ${JSON.stringify(PROBE)}], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] }); console.log('action', c.pid); c.stdout.pipe(process.stdout); setInterval(() => {}, 1000);`;
  const laptop = spawn(process.execPath, ['-e', starter], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  const pids = await new Promise<number[]>((resolve) => {
    laptop.stdout.on('data', (chunk: Buffer) => {
      said += String(chunk);
      const [action, tool] = [/action (\d+)/u.exec(said), /pids (\d+) (\d+)/u.exec(said)];
      if (action !== null && tool !== null) resolve([action[1], tool[1], tool[2]].map(Number));
    });
  });
  expect(pids.filter(isAlive)).toEqual(pids);
  laptop.kill('SIGKILL');
  const deadline = Date.now() + 40_000;
  while (pids.some(isAlive) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readFileSync(environment.GITHUB_OUTPUT, 'utf8')).toContain('cancelled');
}, 60_000);

/** One that has ended and that nobody has asked for counts as ended. */
function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/^\d+ \(.*\) [ZX]/u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
