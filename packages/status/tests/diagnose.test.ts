import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const MAIN = [...process.execArgv.filter((flag) => flag.startsWith('--conditions')), '--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../src/diagnose/main.ts')];
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diagnose-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a log on standard input is known: why, in both languages, and what to type, with places to fill in where nothing names them', async () => {
  const { code, out } = await diagnose('\u001b[31mError: failed to update machine 1: aborted: machine is replacing: concurrent update in progress\u001b[0m\n');
  expect(out).toMatch(/^machine-replacing\n {2}Something else was changing a Machine at that moment.*\n {2}同じ時に.*\n {2}Type:\n {4}flyctl status -a <app>\n {4}gh workflow run deploy-production\.yml --ref main\n/u);
  expect(code).toBe(0);
});

test('each file is told of by its name; a GitHub log has its times taken off', async () => {
  const [one, two] = [join(folder, 'one.log'), join(folder, 'two.log')];
  await writeFile(one, "2026-11-26T10:00:00.0000000Z Error: Cannot find module '@ritsubi/plugins/dist/index.js'\n");
  await writeFile(two, 'the cat sat on the keyboard\n');
  const { code, out } = await diagnose('', one, two, '--json');
  expect(JSON.parse(out)).toEqual({ 'schema-version': 1, diagnoses: [expect.objectContaining({ kind: 'known', phase: one, id: 'stale-build-output' }), { kind: 'unknown', phase: two, check: '', reasonCode: '', lines: ['the cat sat on the keyboard'] }] });
  expect(code).toBe(0);
});

test.each([
  ['what is not known', 'hello\n', [], 1, /^not known\. The last lines that mean something:\n {2}hello\n/u],
  ['an empty log', '', [], 2, /^diagnose: there was nothing to read: the log is empty\n$/u],
  ['a file that is not there', '', ['nowhere.log'], 2, /nowhere\.log/u],
  ['a file and a run at once', '', ['a.log', '--run', '1'], 2, /give files or --run, not both/u],
  ['a run that is no number', '', ['--run', 'last'], 2, /It must be the number of a run/u],
])('%s', async (_, given, args, wanted, words) => {
  const { code, out } = await diagnose(given, ...args);
  expect({ code, out }).toEqual({ code: wanted, out: expect.stringMatching(words) as unknown });
});

/** @returns standard output, then standard error */
function diagnose(given: string, ...args: readonly string[]): Promise<{ code: number | null; out: string }> {
  const child = spawn(process.execPath, [...MAIN, ...args], { cwd: folder, env: { PATH: process.env['PATH'] } });
  const said: Record<'stdout' | 'stderr', string> = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk: Buffer) => void (said[name] += chunk.toString()));
  child.stdin.on('error', () => undefined).end(given);
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out: said.stdout + said.stderr })));
}
