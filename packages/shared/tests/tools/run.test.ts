import { expect, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import { processRedactor, Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment, query, runTool, type ToolRun } from '@vendure-deploy/shared/tools';

function collecting(): { lines: string[]; log: Log } {
  const lines: string[] = [];
  const take = (text: string): void => void lines.push(text);
  return { lines, log: { info: take, warning: take, error: take, notice: take, debug: () => {}, group: async (_title, work) => work() } };
}

const node = (script: string, more: Partial<ToolRun> = {}): ToolRun => ({
  command: process.execPath,
  args: ['-e', script],
  environment: childEnvironment({}),
  deadlineMs: 20_000,
  signal: new AbortController().signal,
  log: collecting().log,
  ...more,
});

test('stdin, streams, lines and the exit code arrive', async () => {
  const { lines, log } = collecting();
  const raw: string[] = [];
  const result = await runTool(
    node(`process.stdin.on('data',d=>process.stdout.write('got '+d+'\\n::error::forged\\n##[error]x\\nno newline'));process.stdin.on('end',()=>{console.error('bad');process.exitCode=3})`, {
      stdin: new Secret('input'),
      log,
      onLine: (line, stream) => raw.push(`${stream} ${line}`),
    }),
  );
  expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, cancelled: false, stderr: 'bad\n' });
  expect(raw).toEqual(expect.arrayContaining(['stdout got input', 'stdout ::error::forged', 'stderr bad', 'stdout no newline']));
  expect(lines).toEqual(expect.arrayContaining(['  │ got input', '  │ : :error::forged', '  │ # #[error]x', '  │ bad', '  │ no newline']));
});

test('a secret that a tool prints in two pieces is redacted', async () => {
  processRedactor.register('sekrit-of-the-tool');
  const { lines, log } = collecting();
  await runTool(node(`process.stdout.write('my sekrit-of-');setTimeout(()=>console.log('the-tool, é'),50)`, { log }));
  expect(lines).toEqual(['  │ my ***, é']);
});

test('the result is capped, the child is not stopped', async () => {
  const result = await runTool(node(`process.stdout.write('x'.repeat(1e6)+'\\n')`, { maxBytes: 1_000, quiet: true }));
  expect(result).toMatchObject({ exitCode: 0 });
  expect(result.stdout).toHaveLength(1_000);
});

test('after a deadline the grace is its own, after a cancel it is the short one', async () => {
  const deaf = `process.on('SIGINT',()=>{});setInterval(()=>{},1e3);console.log('ready')`;
  const late = await runTool(node(deaf, { deadlineMs: 500, graceMs: 100, deadlineGraceMs: 1_500 }));
  expect(late).toMatchObject({ timedOut: true, signal: 'SIGTERM' });
  expect(late.seconds).toBeGreaterThan(1.9);
  const cancel = new AbortController();
  const cancelled = await runTool(node(deaf, { signal: cancel.signal, graceMs: 100, deadlineGraceMs: 15_000, onLine: () => cancel.abort() }));
  expect(cancelled).toMatchObject({ cancelled: true, timedOut: false, signal: 'SIGTERM' });
  expect(cancelled.seconds).toBeLessThan(10);
});

test('at the deadline the whole group ends, also who ignores SIGINT and SIGTERM', async () => {
  const pids: number[] = [];
  const stubborn = `process.on('SIGINT',()=>{});process.on('SIGTERM',()=>{});setInterval(()=>{},1e3);`;
  const started = performance.now();
  const result = await runTool(
    node(`const c=require('child_process').spawn(process.execPath,['-e',${JSON.stringify(stubborn)}],{stdio:'ignore'});console.log(process.pid,c.pid);${stubborn}`, {
      deadlineMs: 500,
      graceMs: 100,
      onLine: (line) => pids.push(...line.split(' ').map(Number)),
    }),
  );
  expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: true, cancelled: false });
  expect(performance.now() - started).toBeLessThan(6_000);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await expect(goneSoon(pid)).resolves.toBe(true);
});

test('a child that gives way to SIGINT is not hit harder', async () => {
  const cancel = new AbortController();
  const result = await runTool(node(`process.on('SIGINT',()=>{console.log('tidy');process.exit(130)});console.log('ready');setInterval(()=>{},1e3)`, { signal: cancel.signal, onLine: (line) => line === 'ready' && cancel.abort() }));
  expect(result).toMatchObject({ exitCode: 130, cancelled: true, stdout: 'ready\ntidy\n' });
});

test('a program that is not there rejects with its name', async () => {
  await expect(runTool(node('', { command: 'no-such-program' }))).rejects.toThrow('no-such-program could not be started');
});

test('a child gets the allow-list and nothing else of ours', async () => {
  process.env['INPUT_PROBE'] = 'x';
  process.env['GITHUB_TOKEN_PROBE'] = 'x';
  const inherited = childEnvironment({ MINE: '1' });
  delete process.env['INPUT_PROBE'];
  delete process.env['GITHUB_TOKEN_PROBE'];
  expect(inherited).toMatchObject({ MINE: '1', PATH: process.env['PATH'] });
  expect(Object.keys(inherited).filter((name) => /INPUT|GITHUB|TOKEN/.test(name))).toEqual([]);
});

test('a query is an answer or null', async () => {
  expect(await query('git', ['--version'], '.')).toMatch(/^git version/);
  expect(await query('git', ['rev-parse', '--verify', 'refs/heads/no-such'], '.')).toBeNull();
});

/** A killed orphan lasts until its new parent has taken notice. */
async function goneSoon(pid: number): Promise<boolean> {
  for (const until = performance.now() + 2_000; performance.now() < until; await new Promise((resolve) => setTimeout(resolve, 10))) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
  }
  return false;
}
