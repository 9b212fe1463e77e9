import { describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/index.ts';
import { stage } from './stage.ts';

const steps = (script: string): string => `    runs-on: ubuntu-latest\n    steps: [{ id: s, run: ${JSON.stringify(script)} }]\n`;
const caller = (keys: string, head = ''): string => `on: workflow_dispatch\n${head}jobs:\n  call:\n    uses: ./.github/workflows/inner.yml\n${keys}`;
const inner = (contract: string, jobs: string): string => `on:\n  workflow_call:\n${contract.split('\n').filter((line) => line !== '').map((line) => `    ${line}\n`).join('')}jobs:\n${jobs}`;
const files = (main: string, called: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({ '.github/workflows/main.yml': main, '.github/workflows/inner.yml': called, ...more });

interface Expected {
  readonly conclusion?: string;
  readonly has?: readonly string[];
  readonly results?: Readonly<Record<string, string>>;
}

async function check(given: Readonly<Record<string, string>>, expected: Expected, options: Partial<RunOptions> = {}): Promise<void> {
  const { conclusion, log, jobs, refused } = await stage(given, options);
  expect(refused).toBeNull();
  expect(conclusion).toBe(expected.conclusion ?? 'success');
  for (const text of expected.has ?? []) expect(log).toContain(text);
  if (expected.results !== undefined) expect(Object.fromEntries(jobs.map((one) => [one.id, one.result]))).toEqual(expected.results);
}

describe('a called workflow', () => {
  test.each<[string, Record<string, string>, Expected]>([
    ['W1 absent inputs are empty, 0 and false; defaults may use contexts', files(caller(''), inner('inputs: { s: { type: string }, n: { type: number }, b: { type: boolean }, d: { type: string, default: "${{ github.actor }}" } }', `  j:\n${steps('echo "[${{ inputs.s }}][${{ inputs.n }}][${{ inputs.b }}][${{ inputs.d }}] ${{ toJSON(inputs.n) }}"')}`)), { has: ['[][0][false][operator] 0'] }],
    ['W1 an expression of the wrong type fails the call when it runs', files(caller("    with: { n: \"${{ fromJSON('\\\"x\\\"') }}\" }\n"), inner('inputs: { n: { type: number } }', `  j:\n${steps('true')}`)), { conclusion: 'failure', results: { call: 'failure' } }],
    ['W2 no secrets by default', files(caller(''), inner('secrets: { S: {} }', `  j:\n${steps('echo "[${{ secrets.S }}][${{ secrets.OTHER }}]"')}`)), { has: ['[][]'] }],
    ['W2 inherit passes all, also undeclared', files(caller('    secrets: inherit\n'), inner('', `  j:\n    runs-on: x\n    steps: [{ run: "echo length \${#S}", env: { S: "\${{ secrets.TOKEN }}" } }]\n`).replace('workflow_call:\n', 'workflow_call: {}\n')), { has: ['length 16'] }],
    ['W2 env and defaults never cross', files(caller('', 'env: { A: outer }\ndefaults: { run: { working-directory: /usr } }\n'), inner('inputs: {}', `  j:\n${steps('echo "[$A]"; pwd')}`)), { has: ['[]', '/shop'] }],
    ['W2 github is the caller\'s, inputs are the callee\'s, job.workflow_* names the called file', files(caller('    with: { i: given }\n', 'name: Outer\n'), inner('inputs: { i: { type: string } }', `  j:\n${steps('echo "${{ github.workflow }} ${{ inputs.i }} ${{ job.workflow_file_path }} $GITHUB_WORKFLOW_REF"')}`)), { has: ['Outer given .github/workflows/inner.yml example/shop/.github/workflows/main.yml@refs/heads/main'] }],
    ['W3 outputs come back, the result is the worst of the jobs', files(`${caller('')}  after:\n    needs: call\n    if: always()\n${steps('echo "got ${{ needs.call.outputs.o }} ${{ needs.call.result }}"')}`, inner('outputs: { o: { value: "${{ jobs.j.outputs.o }}" } }', `  j:\n    outputs: { o: "\${{ steps.s.outputs.o }}" }\n${steps('echo o=1 >> $GITHUB_OUTPUT')}  k:\n${steps('exit 1')}`)), { conclusion: 'failure', has: ['got 1 failure'], results: { 'call / j': 'success', 'call / k': 'failure', after: 'success' } }],
    ['W5 a call with a matrix runs once per leg', files(caller('    strategy: { matrix: { v: [x, y] } }\n    with: { i: "${{ matrix.v }}" }\n'), inner('inputs: { i: { type: string } }', `  j:\n${steps('echo "leg ${{ inputs.i }}"')}`)), { has: ['leg x', 'leg y'], results: { 'call (x) / j': 'success', 'call (y) / j': 'success' } }],
    ['W5 a call with a false condition is skipped', files(caller('    if: false\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), { results: { call: 'skipped' } }],
  ])('%s', async (_name, given, expected) => check(given, expected));

  test('W2 secrets go hop by hop', async () => {
    await check(
      files(caller('    secrets: { A: "${{ secrets.TOKEN }}" }\n'), inner('secrets: { A: { required: true } }', '  next:\n    uses: ./.github/workflows/third.yml\n    secrets: { B: "${{ secrets.A }}" }\n'), {
        '.github/workflows/third.yml': inner('secrets: { B: {}, TOKEN: {} }', `  j:\n    runs-on: x\n    steps: [{ run: "echo \${#B} [$T]", env: { B: "\${{ secrets.B }}", T: "\${{ secrets.TOKEN }}" } }]\n`),
      }),
      { has: ['16 []'], results: { 'call / next / j': 'success' } },
    );
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['W1 an unknown input', files(caller('    with: { x: 1 }\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), /Invalid input, x is not defined/u],
    ['W1 an unknown secret', files(caller('    secrets: { x: a }\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), /Invalid secret, x is not defined/u],
    ['W1 a missing required input', files(caller(''), inner('inputs: { i: { type: string, required: true } }', `  j:\n${steps('true')}`)), /Input i is required/u],
    ['W1 a missing required secret', files(caller(''), inner('secrets: { S: { required: true } }', `  j:\n${steps('true')}`)), /Secret S is required/u],
    ['W1 a literal of the wrong type', files(caller('    with: { b: x }\n'), inner('inputs: { b: { type: boolean } }', `  j:\n${steps('true')}`)), /Unexpected value 'x'/u],
    ['W4 a nested job that asks for more', files(caller('    permissions: { contents: read }\n'), inner('inputs: {}', `  j:\n    permissions: { contents: write, actions: read }\n${steps('true')}`)), /Error calling workflow 'example\/shop\/\.github\/workflows\/inner\.yml@refs\/heads\/main'\. The nested job 'j' is requesting 'actions: read, contents: write', but is only allowed 'actions: none, contents: read'\. Give the job `call` this line:  permissions: \{ actions: read, contents: write \}$/u],
    ['W4 jobs that ask for more than each other: one line grants it all', files(caller('    permissions: { id-token: write }\n'), inner('inputs: {}', `  j:\n    permissions: { contents: read }\n${steps('true')}  k:\n    permissions: { contents: write, actions: read }\n${steps('true')}`)), /nested job 'j' is requesting 'contents: read'.* permissions: \{ actions: read, contents: write, id-token: write \}$/u],
    ['W4 a called file that asks for more', files(caller('', 'permissions: {}\n'), `permissions: read-all\n${inner('inputs: {}', `  j:\n${steps('true')}`)}`), /The workflow is requesting 'actions: read/u],
    ['W4 eleven levels', Object.assign(files(caller(''), inner('inputs: {}', '  n:\n    uses: ./.github/workflows/l3.yml\n')), ...Array.from({ length: 10 }, (_, i) => ({ [`.github/workflows/l${i + 3}.yml`]: inner('inputs: {}', i === 9 ? `  j:\n${steps('true')}` : `  n:\n    uses: ./.github/workflows/l${i + 4}.yml\n`) }))) as Record<string, string>, /deeper than 10 levels/u],
    ['W5 a key that a call cannot have', files(caller('    timeout-minutes: 1\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), /timeout-minutes/u],
    ['W3 a file without workflow_call', files(caller(''), `on: push\njobs:\n  j:\n${steps('true')}`), /workflow_call key is not defined/u],
    ['J3 continue-on-error of a call', files(caller('    continue-on-error: true\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), /continue-on-error/u],
  ])('%s refuses the whole run', async (_name, given, message) => {
    const { refused, conclusion } = await stage(given);
    expect(conclusion).toBe('startup_failure');
    expect(refused?.message).toMatch(message);
    expect(refused?.line).toBeGreaterThan(0);
  });

  test('W4 a file that is not there is refused where it is asked for', async () => {
    const { refused } = await stage({ '.github/workflows/main.yml': 'on: workflow_dispatch\njobs:\n  a:\n    uses: ./.github/workflows/none.yml\n' });
    expect(refused).toEqual({ message: 'example/shop has no .github/workflows/none.yml at refs/heads/main', file: '.github/workflows/main.yml', line: 4 });
  });

  test('W4 permissions that are not set are inherited', async () => {
    await check(files(caller('    permissions: { contents: write }\n'), inner('inputs: {}', `  j:\n${steps('true')}`)), { results: { 'call / j': 'success' } });
  });
});

describe('a dispatch', () => {
  const main = { '.github/workflows/main.yml': `on: { workflow_dispatch: { inputs: { b: { type: boolean }, n: { type: number, default: 3 }, c: { type: choice, options: [x, y], default: x }, s: { default: d } } } }\njobs:\n  j:\n${steps("echo \"${{ inputs.b == true }} ${{ github.event.inputs.b == 'true' }} ${{ toJSON(inputs.b) }} ${{ inputs.n }} ${{ inputs.c }} ${{ inputs.s }}\"; grep -o '\"b\": *\"true\"' \"$GITHUB_EVENT_PATH\"")}` };
  test('W6 inputs have their types, github.event.inputs and event.json have text', async () => {
    await check(main, { has: ['true true true 3 x d', '"b":"true"'] }, { event: { name: 'workflow_dispatch', inputs: { b: 'true' } } });
  });

  test('W6 GitHub takes 25 inputs: the 26th is refused, with its line', async () => {
    const file = (count: number): string => `on:\n  workflow_dispatch:\n    inputs:\n${Array.from({ length: count }, (_, at) => `      i${at + 1}: { type: string }\n`).join('')}jobs:\n  j:\n${steps('true')}`;
    expect((await stage({ '.github/workflows/main.yml': file(25) })).conclusion).toBe('success');
    expect((await stage({ '.github/workflows/main.yml': file(26) })).refused).toEqual({ message: '`workflow_dispatch` has 26 inputs. GitHub takes 25; `i26` is the first that is too many.', file: '.github/workflows/main.yml', line: 29 });
  });

  test('W6 github.event.inputs has a number as it was given', async () => {
    const file = `on: { workflow_dispatch: { inputs: { N: { type: number } } } }\njobs:\n  j:\n${steps('echo "${{ inputs.n }} ${{ github.event.inputs.n }}"')}`;
    await check({ '.github/workflows/main.yml': file }, { has: ['1.5 1.50'] }, { event: { name: 'workflow_dispatch', inputs: { n: '1.50' } } });
  });

  test('W6 the default of a text may be written as a number or a flag', async () => {
    const file = `on: { workflow_dispatch: { inputs: { a: { default: 5 }, b: { type: string, default: true } } } }\njobs:\n  j:\n${steps("echo '${{ toJSON(inputs) }}' | tr -d '\\n '")}`;
    await check({ '.github/workflows/main.yml': file }, { has: ['{"a":"5","b":"true"}'] });
  });

  test.each([['an input that it has not', { z: '1' }], ['a choice that is none', { c: 'z' }], ['a boolean that is none', { b: 'maybe' }], ['a number that is none', { n: 'x' }]])('W6 %s is refused', async (_name, inputs) => {
    expect((await stage(main, { event: { name: 'workflow_dispatch', inputs } })).conclusion).toBe('startup_failure');
  });

  test('other events have their payload, and must be a trigger', async () => {
    const pushed = { '.github/workflows/main.yml': `on: push\njobs:\n  j:\n${steps('echo "${{ github.event_name }} ${{ github.event.head_commit.id == github.sha }} ${{ github.event.extra }}"')}` };
    await check(pushed, { has: ['push true more'] }, { event: { name: 'push', inputs: {}, payload: { extra: 'more' } } });
    expect((await stage(pushed)).refused?.message).toMatch(/has no `workflow_dispatch` trigger/u);
  });
});
