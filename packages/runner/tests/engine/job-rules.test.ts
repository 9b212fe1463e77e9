import { describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/index.ts';
import { QUICK, stage } from './stage.ts';

const file = (jobs: string, head = ''): Record<string, string> => ({ '.github/workflows/main.yml': `on: workflow_dispatch\n${head}jobs:\n${jobs}` });
/** A job in one line: its keys, and a script. */
const job = (id: string, keys: string, script = 'true'): string => `  ${id}:\n    runs-on: ubuntu-latest\n${keys === '' ? '' : keys.split('; ').map((key) => `    ${key}\n`).join('')}    steps: [{ id: s, run: ${JSON.stringify(script)} }]\n`;
const OUT = 'outputs: { o: "${{ steps.s.outputs.o }}" }';

interface Expected {
  readonly conclusion?: string;
  readonly results?: Readonly<Record<string, string>>;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly annotations?: readonly (string | RegExp)[];
}

async function check(files: Readonly<Record<string, string>>, expected: Expected, options: Partial<RunOptions> = {}): Promise<void> {
  const { conclusion, jobs, log, annotations, refused } = await stage(files, { timing: QUICK, ...options });
  expect(refused).toBeNull();
  if (expected.results !== undefined) expect(Object.fromEntries(jobs.map((one) => [one.id, one.result]))).toEqual(expected.results);
  expect(conclusion).toBe(expected.conclusion ?? 'success');
  for (const text of expected.has ?? []) expect(log).toContain(text);
  for (const text of expected.lacks ?? []) expect(log).not.toContain(text);
  if (expected.annotations !== undefined) expect(annotations.map((one) => one.message)).toEqual(expected.annotations.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
}

describe('jobs', () => {
  test.each<[string, string, Expected, Partial<RunOptions>?]>([
    ['J1 one skipped ancestor skips a job, though its direct need succeeded', job('a', 'if: false') + job('b', 'needs: a; if: always()') + job('c', 'needs: b'), { results: { a: 'skipped', b: 'success', c: 'skipped' } }],
    ['J1 failure() is true if any ancestor failed', job('a', '', 'exit 1') + job('b', 'needs: a; if: always()') + job('c', 'needs: b; if: failure()') + job('d', 'needs: b'), { conclusion: 'failure', results: { a: 'failure', b: 'success', c: 'success', d: 'skipped' } }],
    ['J1 success() and failure() take job ids', job('a', '', 'exit 1') + job('b', '') + job('c', "needs: [a, b]; if: success('b')") + job('d', "needs: [a, b]; if: failure('b')"), { conclusion: 'failure', results: { a: 'failure', b: 'success', c: 'success', d: 'skipped' } }],
    ['J2 needs has the direct needs only', job('a', '') + job('b', 'needs: a') + job('c', 'needs: b', "echo '${{ toJSON(needs) }}' | tr -d '\\n '"), { has: ['{"b":{"result":"success","outputs":{}}}'] }],
    ['J2 a skipped job does not fail the run', job('a', 'if: false'), { results: { a: 'skipped' } }],
    ['J3 a forgiven job is red, its result for others is success, the run is green', job('a', 'continue-on-error: true', 'exit 1') + job('b', 'needs: a', 'echo "needs ${{ needs.a.result }}"'), { results: { a: 'failure', b: 'success' }, has: ['needs success'] }],
    ['J4 outputs are evaluated whatever the result, empty ones are not set', job('a', 'outputs: { o: "${{ steps.s.outputs.o }}", e: "${{ steps.s.outputs.none }}" }', 'echo o=1 >> $GITHUB_OUTPUT; exit 1') + job('b', 'needs: a; if: always()', "echo '${{ toJSON(needs.a.outputs) }}' | tr -d '\\n '"), { conclusion: 'failure', has: ['{"o":"1"}'] }],
    ['J4 an output that a mask touches is dropped with a warning', job('a', OUT, 'echo "::add-mask::hidden1"; echo o=a-hidden1 >> $GITHUB_OUTPUT') + job('b', 'needs: a', 'echo "[${{ needs.a.outputs.o }}]"'), { has: ['[]'], annotations: ["Skip output 'o' since it may contain secret."] }],
    ['J4 an output that cannot be evaluated fails the job', job('a', "outputs: { o: \"${{ fromJSON('{') }}\" }"), { conclusion: 'failure', results: { a: 'failure' }, annotations: ['Fail to evaluate job outputs', /fromJson/u] }],
    ['J3 J6 flags and numbers take no text', job('a', "continue-on-error: ${{ format('true') }}") + job('b', "timeout-minutes: ${{ matrix.v }}; strategy: { matrix: { v: ['1'] } }") + job('c', "strategy: { matrix: { v: [1] }, fail-fast: '${{ vars.NO }}' }"), { conclusion: 'failure', results: { a: 'failure', 'b (1)': 'failure', c: 'failure' }, annotations: ["Unexpected value 'false'", "Unexpected value 'true'", "Unexpected value '1'"] }],
    ['X4 a job with no whole minute has the usual limit', job('a', "timeout-minutes: ${{ fromJSON('0.9') }}", 'sleep 0.3; echo ended'), { has: ['ended'] }],
    ['J4 the mask rule holds for environment.url', job('a', "environment: { name: e, url: 'https://x/${{ steps.s.outputs.o }}' }", 'echo "::add-mask::hidden1"; echo o=hidden1 >> $GITHUB_OUTPUT'), { annotations: ["Skip setting environment url as environment 'e' may contain secret."] }],
    ['J6 strategy has its numbers, and legs merge their outputs', job('a', `strategy: { matrix: { v: [1, 2] }, max-parallel: 1 }; ${OUT}`, 'echo "at ${{ strategy.job-index }} of ${{ strategy.job-total }} ${{ strategy.max-parallel }} ${{ strategy.fail-fast }}"; [ ${{ matrix.v }} = 2 ] || echo o=${{ matrix.v }} >> $GITHUB_OUTPUT') + job('b', 'needs: a', 'echo "got ${{ needs.a.outputs.o }}"'), { results: { 'a (1)': 'success', 'a (2)': 'success', b: 'success' }, has: ['at 0 of 2 1 true', 'at 1 of 2 1 true', 'got 1'] }],
    ['J6 without max-parallel it is the number of jobs', job('a', 'strategy: { matrix: { v: [1, 2, 3] }, fail-fast: false }', 'echo "${{ strategy.max-parallel }} ${{ strategy.fail-fast }}"'), { has: ['3 false'] }],
    ['J6 fail-fast cancels running and waiting legs, the whole is a failure', job('a', 'strategy: { matrix: { v: [1, 2, 3] }, max-parallel: 2 }', '[ ${{ matrix.v }} = 2 ] && exit 1; sleep 20') + job('b', 'needs: a; if: always()', 'echo "a is ${{ needs.a.result }}"'), { conclusion: 'failure', results: { 'a (1)': 'cancelled', 'a (2)': 'failure', 'a (3)': 'cancelled', b: 'success' }, has: ['a is failure'] }],
    ['J6 without fail-fast all legs run', job('a', 'strategy: { matrix: { v: [1, 2] }, fail-fast: false }', '[ ${{ matrix.v }} = 2 ]'), { conclusion: 'failure', results: { 'a (1)': 'failure', 'a (2)': 'success' } }],
    ['J2 needs ignores the case of ids', job('Abc', OUT, 'echo o=1 >> $GITHUB_OUTPUT') + job('b', 'needs: [aBC]', 'echo "got ${{ needs.abc.outputs.O }}"'), { has: ['got 1'] }],
    ['J6 max-parallel 0 is no bound', job('a', 'strategy: { matrix: { v: [1, 2] }, max-parallel: 0 }', 'echo "most ${{ strategy.max-parallel }}"'), { has: ['most 2'] }],
    ['J5 a matrix of which everything is excluded runs nothing', job('a', 'strategy: { matrix: { v: [1], exclude: [{ v: 1 }] } }') + job('b', 'needs: a'), { results: { a: 'skipped', b: 'skipped' } }],
    ['legs whose names look alike on disk, or are alike, have each a workspace of their own', job('a', "strategy: { matrix: { v: [c, 'c++', c] } }", 'ls; touch mark; sleep 0.2'), { lacks: ['mark'] }],
    ['a job for which no machine is named does not run', job('a', '').replace('ubuntu-latest', '${{ vars.NONE }}') + job('b', '').replace('ubuntu-latest', '[]'), { conclusion: 'failure', results: { a: 'failure', b: 'failure' } }],
    ['J5 a matrix may come from an output', job('a', OUT, "echo 'o={\"v\":[\"x\",\"y\"]}' >> $GITHUB_OUTPUT") + job('b', 'needs: a; strategy: { matrix: "${{ fromJSON(needs.a.outputs.o) }}" }', 'echo "leg ${{ matrix.v }}"'), { results: { a: 'success', 'b (x)': 'success', 'b (y)': 'success' } }],
    ['J5 a matrix that cannot be built fails its job', job('a', 'strategy: { matrix: { v: "${{ fromJSON(\'[]\') }}" } }'), { conclusion: 'failure', results: { a: 'failure' }, annotations: ["Matrix vector 'v' does not contain any values"] }],
    ['J9 a job\'s env is not the runner\'s, and process env is not in env', job('a', 'env: { A: 1 }', 'echo "[${{ env.HOME }}][${{ env.A }}]"'), { has: ['[][1]'] }],
    ['a job that is cancelled is seen as cancelled by those who ask', job('a', '', 'echo started; sleep 20') + job('b', 'needs: a') + job('c', 'needs: a; if: always()', 'echo "a was ${{ needs.a.result }}"'), { conclusion: 'cancelled', results: { a: 'cancelled', b: 'skipped', c: 'success' }, has: ['a was cancelled'] }, { interrupts: [{ job: 'a', step: 's', signal: 'SIGINT' }] }],
  ])('%s', async (_name, jobs, expected, options = {}) => check(file(jobs), expected, options));

  test('J5 names: id (values), an expression as it is, at most 100 characters', async () => {
    const { jobs } = await stage(file(`${job('a', 'name: plain; strategy: { matrix: { v: [1] } }')}${job('b', 'name: "has ${{ matrix.v }}"; strategy: { matrix: { v: [1] } }')}${job('c', `strategy: { matrix: { v: [${'x'.repeat(120)}] } }`)}`));
    expect(Object.fromEntries(jobs.map((one) => [one.id.slice(0, 1), one.name]))).toEqual({ a: 'plain (1)', b: 'has 1', c: `c (${'x'.repeat(94)}...` });
  });

  test.each<[string, string, RegExp, number]>([
    ['J5 a literal matrix with an empty vector', job('a', 'strategy: { matrix: { v: [] } }'), /does not contain any values/u, 5],
    ['J5 an unknown key in a literal exclude', job('a', 'strategy: { matrix: { v: [1], exclude: [{ w: 1 }] } }'), /does not match any key/u, 5],
    ['J7 a circle', job('a', '') + job('b', 'needs: c') + job('c', 'needs: b'), /creates a cycle/u, 0],
    ['J7 an unknown need', job('a', '') + job('b', 'needs: z'), /depends on unknown job 'z'/u, 8],
    ['J7 no job without needs', job('a', 'needs: a'), /at least one job with no dependencies/u, 0],
    ['J7 a reserved id', job('__a', ''), /reserved/u, 3],
    ['J7 an id that stands twice', '  a:\n    runs-on: x\n    steps:\n      - { id: s, run: a }\n      - { id: s, run: b }\n', /may not be used more than once/u, 7],
    ['J7 secrets in an if', job('a', 'if: secrets.X'), /secrets/u, 5],
    ['J9 matrix in a job\'s if', job('a', 'if: matrix.v == 1; strategy: { matrix: { v: [1] } }'), /matrix/u, 5],
    ['J9 env in a job\'s env', job('a', 'env: { A: "${{ env.B }}" }'), /env/u, 5],
    ['another system\'s leg of a matrix', job('a', 'strategy: { matrix: { os: [ubuntu-latest, macos-14] } }').replace('ubuntu-latest\n', '${{ matrix.os }}\n'), /does not run `runs-on: macos-14`/u, 4],
    ['J7 step ids that differ only in case', '  a:\n    runs-on: x\n    steps:\n      - { id: s, run: a }\n      - { id: S, run: b }\n', /may not be used more than once/u, 7],
    ['another system\'s job', '  a:\n    runs-on: windows-latest\n    steps: [{ run: x }]\n', /does not run `runs-on: windows-latest`/u, 4],
    ['services', job('a', 'services: { db: { image: x } }'), /does not run `services`/u, 5],
    ['Q1 an empty concurrency group', job('a', 'concurrency: { group: "" }'), /./u, 5],
    ['Q2 queue: max with cancel-in-progress: true', job('a', 'concurrency: { group: g, queue: max, cancel-in-progress: true }'), /cannot be used together/u, 5],
  ])('%s is refused with its line, and no job runs', async (_name, jobs, message, line) => {
    const { refused, conclusion, jobs: ran } = await stage(file(jobs));
    expect(refused?.message).toMatch(message);
    if (line > 0) expect(refused?.line).toBe(line);
    expect([conclusion, ran]).toEqual(['startup_failure', []]);
  });
});

describe('environments', () => {
  const jobs = job('a', 'environment: prod', 'echo "secret ${#S} ${{ vars.V }}"').replace('run: ', 'env: { S: "${{ secrets.S }}" }, run: ');
  test.each<[string, Partial<RunOptions>, Expected]>([
    ['its secrets and variables win over the repository\'s', { secrets: { S: 'repository' }, environmentSecrets: { Prod: { S: 'environment-1' } }, variables: { V: 'r' }, environmentVariables: { prod: { V: 'e' } } }, { has: ['secret 13 e'] }],
    ['approved, it runs', { approvals: { prod: 'yes' } }, { results: { a: 'success' } }],
    ['rejected, the job fails', { approvals: { prod: 'no' } }, { conclusion: 'failure', results: { a: 'failure' }, annotations: [/'prod' was rejected/u] }],
    ['held, it waits until the run is cancelled', { approvals: { prod: 'hold' }, interrupts: [{ job: 'a', signal: 'SIGINT' }] }, { conclusion: 'cancelled', results: { a: 'cancelled' } }],
  ])('%s', async (_name, options, expected) => check(file(jobs), expected, options));
});

describe('a re-run of failed jobs', () => {
  test('takes over what succeeded, and runs the rest and what needs it', async () => {
    const jobs = job('good', OUT, 'echo o=first >> $GITHUB_OUTPUT; echo good-ran') + job('bad', 'needs: good', 'echo "bad-ran ${{ needs.good.outputs.o }} ${{ github.run_attempt }}"; [ ${{ github.run_attempt }} = 2 ]') + job('after', 'needs: bad; if: always()', 'echo after-ran');
    const first = await stage(file(jobs));
    expect(first.conclusion).toBe('failure');
    const second = await stage(file(jobs), { previous: first.jobs, runAttempt: 2 });
    expect(second.conclusion).toBe('success');
    expect(second.log).toContain('bad-ran first 2');
    expect(second.log).toContain('after-ran');
    expect(second.log).not.toContain('good-ran');
  });
});
