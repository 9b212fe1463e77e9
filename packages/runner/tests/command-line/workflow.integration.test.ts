import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const entry = join(import.meta.dirname, '../../src/main.ts');
const NODE = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', entry];

// Every test starts whole processes, on a machine that may be busy.
jest.setTimeout(30_000);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflow-test-'));
  await put('repo', {
    '.github/workflows/ci.yml': `on: { push: {}, workflow_dispatch: { inputs: { who: { default: nobody } } } }
jobs:
  a:
    runs-on: ubuntu-latest
    environment: prod
    outputs: { o: "\${{ steps.s.outputs.o }}" }
    steps:
      - uses: actions/checkout@v4
      - id: s
        run: |
          echo "o=\${{ inputs.who }}" >> "$GITHUB_OUTPUT"
          echo "\${{ github.event_name }} \${{ vars.V }} \${{ github.event.extra }} by \${{ github.actor }} $(cat file.txt) secret \${#S}"
          echo "## Summary" >> "$GITHUB_STEP_SUMMARY"
          echo "::warning file=file.txt,line=2,title=T::careful"
        env: { S: "\${{ secrets.S }}" }
`,
    '.github/workflows/fails.yml': 'on: push\njobs:\n  ok:\n    runs-on: x\n    steps: [{ run: echo ok-ran }]\n  bad:\n    needs: ok\n    runs-on: x\n    steps: [{ run: "echo attempt ${{ github.run_attempt }}; [ ${{ github.run_attempt }} = 2 ]" }]\n',
    '.github/workflows/waits.yml': `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          trap 'exit 1' INT\n          echo up; touch "$HOME/up"\n          while :; do sleep 0.05; done\n      - { if: always(), run: echo cleaned }\n`,
    '.github/workflows/foreign.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/setup-node@v4\n',
    'file.txt': 'committed',
  });
  const git = (...args: string[]) => run('git', ['-C', join(folder, 'repo'), '-c', 'user.name=t', '-c', 'user.email=t@t', ...args]);
  await git('init', '--quiet', '--initial-branch=trunk');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'one');
  await git('branch', 'other');
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function put(place: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, place, path)), { recursive: true });
    await writeFile(join(folder, place, path), text);
  }
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function workflow(...args: readonly string[]): Promise<Ran> {
  return run(process.execPath, [...NODE, ...args], { cwd: folder, env: { ...process.env, HOME: folder } }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

describe('script/workflow', () => {
  test('runs a workflow and leaves its outcome, summary and logs', async () => {
    const { code, stderr } = await workflow('ci', '--repo', 'repo', '-f', 'who=you', '--secret', 'prod/S=secret-value', '--var', 'prod/V=var', '--actor', 'me', '--out', 'out');
    expect(stderr).toContain('a: success');
    expect(code).toBe(0);
    const outcome = JSON.parse(await readFile(join(folder, 'out/outcome.json'), 'utf8')) as Record<string, unknown>;
    expect(outcome).toMatchObject({
      'schema-version': 1, workflow: 'ci', conclusion: 'success', verdict: null, refused: null, truth: null, 'stray-calls': [], faults: [], writes: 0, rehearsal: { ok: true, why: '' },
      jobs: [{ id: 'a', name: 'a', result: 'success', outputs: { o: 'you' }, steps: [{ id: '__actions_checkout', outcome: 'success', conclusion: 'success' }, { id: 's', outcome: 'success', conclusion: 'success' }] }],
      annotations: [{ job: 'a', level: 'warning', message: 'careful', file: 'file.txt', line: 2, title: 'T' }],
    });
    expect(await readFile(join(folder, 'out/jobs/a/s.log'), 'utf8')).toBe('workflow_dispatch var  by me committed secret 12\n##[warning]careful\n');
    expect(await readFile(join(folder, 'out/summary.md'), 'utf8')).toContain('## Summary');
  });

  test('runs the working tree as it lies, or the ref that is asked for; the event has its file', async () => {
    await put('repo', { 'file.txt': 'not committed' });
    await put('', { 'event.json': '{"extra": "more"}' });
    const lying = await workflow('repo/.github/workflows/ci.yml', '--repo', 'repo', '--event', 'push', '--event-file', 'event.json', '--out', 'lying');
    expect(lying.stderr).toContain('with what is not committed');
    expect(await readFile(join(folder, 'lying/log.txt'), 'utf8')).toContain('push  more by operator not committed');
    await workflow('ci.yml', '--repo', 'repo', '--event', 'push', '--ref', 'other', '--out', 'other');
    expect(await readFile(join(folder, 'other/log.txt'), 'utf8')).toContain('by operator committed');
    expect((await run('git', ['-C', join(folder, 'repo'), 'status', '--porcelain'])).stdout).toBe(' M file.txt\n');
  });

  test('checkout takes a ref, a path and the whole history', async () => {
    await put('', { 'checkouts.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { uses: actions/checkout@v4, with: { fetch-depth: 0 } }\n      - { uses: actions/checkout@v4, with: { ref: other, path: sub } }\n      - { uses: actions/checkout@v4, with: { ref: "${{ github.sha }}", path: sha } }\n      - run: git branch --show-current; git rev-parse --verify --quiet origin/other >/dev/null && echo has-other; cat sub/file.txt; test "$(git -C sha rev-parse HEAD)" = "$GITHUB_SHA" && echo same\n' });
    const { code } = await workflow('checkouts.yml', '--repo', 'repo', '--out', 'out-checkouts');
    expect(await readFile(join(folder, 'out-checkouts/log.txt'), 'utf8')).toMatch(/trunk\n.*has-other\n.*committed.*same\n/su);
    expect(code).toBe(0);
  });

  test('a folder that is no git repository runs, too, and a file from elsewhere', async () => {
    await put('plain', { 'file.txt': 'plain', 'root.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: "true" }]\n' });
    expect((await workflow('root.yml', '--repo', 'plain')).code).toBe(0);
    await put('', { 'elsewhere.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{ uses: actions/checkout@v4 }, { run: cat file.txt }]\n' });
    const { code } = await workflow('elsewhere.yml', '--repo', 'plain', '--out', 'out-plain');
    expect(code).toBe(0);
    expect(await readFile(join(folder, 'out-plain/log.txt'), 'utf8')).toContain('plain');
  });

  test('--json prints the outcome, exit 1 says that it failed; --rerun failed runs only what failed', async () => {
    const first = await workflow('fails', '--repo', 'repo', '--out', 'rerun', '--json');
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({ conclusion: 'failure', jobs: [{ id: 'ok', result: 'success' }, { id: 'bad', result: 'failure' }] });
    const second = await workflow('fails', '--repo', 'repo', '--out', 'rerun', '--rerun', 'failed');
    expect(second.code).toBe(0);
    const log = await readFile(join(folder, 'rerun/log.txt'), 'utf8');
    expect(log).toContain('attempt 2');
    expect(log).not.toContain('ok-ran');
  });

  test('a re-run may upload what the failed attempt had uploaded; twice in one attempt is a conflict', async () => {
    await put('repo', { '.github/workflows/again.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { run: touch x }\n      - { uses: actions/upload-artifact@v4, with: { name: n, path: x } }\n      - run: test "$GITHUB_RUN_ATTEMPT" = 2\n' });
    expect((await workflow('again', '--repo', 'repo', '--out', 'again')).code).toBe(1);
    expect((await workflow('again', '--repo', 'repo', '--out', 'again', '--rerun', 'failed')).code).toBe(0);
  });

  test('a folder of an earlier run holds nothing but the later one', async () => {
    await put('repo', { '.github/workflows/keeps.yml': 'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - { id: s, run: echo said; touch x }\n      - { uses: actions/upload-artifact@v4, with: { name: n, path: x } }\n' });
    for (const _again of [1, 2]) expect((await workflow('keeps', '--repo', 'repo', '--out', 'kept')).code).toBe(0);
    expect(await readFile(join(folder, 'kept/jobs/a/s.log'), 'utf8')).toBe('said\n');
  });

  test('a pull request runs on its merge; a --cancel that cancelled nothing says so', async () => {
    await put('repo', { '.github/workflows/pull.yml': 'on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: "echo $GITHUB_REF $GITHUB_REF_NAME $GITHUB_HEAD_REF" }]\n' });
    await put('', { 'pull.json': '{"number": 7, "pull_request": {"head": {"ref": "feature"}, "base": {"ref": "trunk"}}}' });
    const { code, stderr } = await workflow('pull', '--repo', 'repo', '--event-file', 'pull.json', '--cancel', 'nobody', '--out', 'pull');
    expect([code, stderr]).toEqual([0, expect.stringContaining('--cancel nobody cancelled nothing: no such job ran')]);
    expect(await readFile(join(folder, 'pull/log.txt'), 'utf8')).toContain('refs/pull/7/merge 7/merge feature');
  });

  test('--plan prints the plan and runs nothing', async () => {
    const { code, stdout } = await workflow('ci', '--repo', 'repo', '--plan');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: '.github/workflows/ci.yml', jobs: [{ id: 'a', steps: [{ work: { kind: 'uses', uses: 'actions/checkout@v4' } }, { id: 's', work: { kind: 'run' } }] }] });
  });

  test('what cannot be run is refused with file and line', async () => {
    const { code, stdout } = await workflow('foreign', '--repo', 'repo', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ conclusion: 'startup_failure', refused: { file: '.github/workflows/foreign.yml', line: 6 }, jobs: [] });
  });

  test.each([['by --cancel', ['--cancel', 'a:up']], ['by Ctrl-C', []]])('a cancel %s runs what always runs', async (name, flags) => {
    await rm(join(folder, 'up'), { force: true });
    const child = spawn(process.execPath, [...NODE, 'waits', '--repo', 'repo', '--out', 'cancelled', ...flags], { cwd: folder, env: { ...process.env, HOME: folder }, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (name === 'by Ctrl-C') {
      while (!existsSync(join(folder, 'up'))) await new Promise((resolve) => setTimeout(resolve, 10));
      child.kill('SIGINT');
    }
    expect(await ended).toBe(1);
    const outcome = JSON.parse(await readFile(join(folder, 'cancelled/outcome.json'), 'utf8')) as { conclusion: string; jobs: { steps: { conclusion: string }[] }[] };
    expect([outcome.conclusion, outcome.jobs[0]?.steps.map((step) => step.conclusion)]).toEqual(['cancelled', ['cancelled', 'success']]);
  });

  test.each([
    ['an unknown workflow', ['none', '--repo', 'repo']],
    ['an unknown repository', ['ci', '--repo', 'nowhere']],
    ['an unknown ref', ['ci', '--repo', 'repo', '--ref', 'nope']],
    ['an input without a value', ['ci', '--repo', 'repo', '-f', 'who']],
    ['an input of an event that takes none', ['ci', '--repo', 'repo', '--event', 'push', '-f', 'who=you']],
    ['a secret that this shell does not have', ['ci', '--repo', 'repo', '--secret', 'NO_SUCH_SECRET_HERE']],
    ['an unknown answer', ['ci', '--repo', 'repo', '--approve', 'prod=maybe']],
    ['an unknown flag', ['ci', '--nope']],
    ['a re-run without --out', ['ci', '--repo', 'repo', '--rerun', 'failed']],
  ])('exit 2: %s', async (_name, args) => {
    const { code, stderr } = await workflow(...args);
    expect(code).toBe(2);
    expect(stderr).not.toContain('    at ');
  });
});
