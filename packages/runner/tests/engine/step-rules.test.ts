import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../../src/processes/liveness.ts';
import type { RunOptions } from '../../src/index.ts';
import { oneJob, QUICK, see, stage } from './stage.ts';

interface Expected {
  readonly conclusion?: string;
  readonly steps?: string;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly annotations?: readonly (string | RegExp)[];
}

async function check(steps: string, expected: Expected, job = '', options: Partial<RunOptions> = {}): Promise<void> {
  const seen = await see(oneJob(steps, job), options);
  expect(seen.conclusion).toBe(expected.conclusion ?? 'success');
  if (expected.steps !== undefined) expect(seen.steps).toBe(expected.steps);
  for (const text of expected.has ?? []) expect(seen.log).toContain(text);
  for (const text of expected.lacks ?? []) expect(seen.log).not.toContain(text);
  if (expected.annotations !== undefined) expect(seen.annotations).toEqual(expected.annotations.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
}

describe('steps', () => {
  test.each<[string, string, Expected]>([
    ['S2 ${{ false }} && true is a text, and true', '- run: echo on\n  if: ${{ false }} && true', { steps: 'success' }],
    ['S3 failure() is the job so far', '- run: exit 1\n- run: echo f\n  if: failure()\n- run: echo c\n  if: cancelled()', { conclusion: 'failure', steps: 'failure success skipped' }],
    ['S4 an error in if fails the step, continue-on-error does not help', "- run: echo x\n  if: fromJSON('{')\n  continue-on-error: true", { conclusion: 'failure', steps: 'failure' }],
    ['S4 an error in env fails the step, continue-on-error does not help', "- run: echo x\n  env: { A: \"${{ fromJSON('{') }}\" }\n  continue-on-error: true", { conclusion: 'failure', steps: 'failure' }],
    ['S4 an error in timeout-minutes is said, and there is none', "- run: echo ran\n  timeout-minutes: ${{ fromJSON('{') }}", { steps: 'success', has: ['ran'], annotations: ['error: An error occurred when attempting to determine the step timeout.', /fromJson/u] }],
    ['S4 a timeout that is a text is none', "- run: echo ran\n  timeout-minutes: ${{ env.T }}\n  env: { T: '5' }", { steps: 'success', annotations: ['error: An error occurred when attempting to determine the step timeout.', "error: Unexpected value '5'"] }],
    ['S5 continue-on-error takes a boolean, not a text or nothing', "- run: exit 1\n  continue-on-error: ${{ env.C }}\n  env: { C: 'true' }\n- run: exit 1\n  if: always()\n  continue-on-error: ${{ env.NONE }}", { conclusion: 'failure', steps: 'failure failure' }],
    ['E4 a mapping or a sequence that stands alone is no text', '- run: echo\n  env: { A: "${{ github.event }}" }\n- run: ${{ fromJSON(\'[1]\') }}\n  if: always()\n- run: echo "in text ${{ github.event }} ${{ fromJSON(\'[1]\') }}"\n  if: always()', { conclusion: 'failure', steps: 'failure failure success', has: ['in text Object Array'], annotations: ['error: A mapping was not expected', 'error: A sequence was not expected'] }],
    ['env may be one expression that gives a mapping', '- run: echo "$A $B"\n  env: ${{ fromJSON(\'{"A":1,"B":true}\') }}\n- run: echo\n  env: ${{ github.none }}', { conclusion: 'failure', steps: 'success failure', has: ['1 true'], annotations: ["error: Unexpected value ''"] }],
    ['S5 steps lists only steps with an id; a skipped one has no outputs', '- id: no\n  run: echo\n  if: false\n- run: echo\n- run: echo "${{ toJSON(steps) }}"', { has: ['"outcome": "skipped"', '"conclusion": "skipped"', '"outputs": {}'].map((text) => text.replaceAll('"', '')) , lacks: ['__run'] }],
    ['S5 outcome is raw, conclusion is after continue-on-error', '- id: a\n  run: exit 1\n  continue-on-error: ${{ true }}\n- run: echo "${{ steps.a.outcome }} ${{ steps.a.conclusion }} ${{ job.status }}"', { has: ['failure success success'] }],
    ['S6 0.9 minutes are no timeout', '- run: sleep 0.3; echo ended\n  timeout-minutes: 0.9', { steps: 'success', has: ['ended'] }],
    ['S6 a timeout is a failure, and continue-on-error forgives it', '- run: sleep 20\n  timeout-minutes: 1\n  name: slow\n  continue-on-error: true\n- run: echo on', { steps: 'success success', annotations: ["error: The action 'slow' has timed out after 1 minutes."] }],
    ['S10 GITHUB_ACTION is the id, or what GitHub makes up', '- run: echo "1 $GITHUB_ACTION"\n- run: echo "2 $GITHUB_ACTION"\n- id: own\n  run: echo "3 $GITHUB_ACTION ${{ github.action }}"', { has: ['1 __run', '2 __run_2', '3 own own'] }],
    ['S11 stdin is closed, CI and GITHUB_ACTIONS are set', '- run: cat; echo "$CI $GITHUB_ACTIONS"\n- run: echo "[$CI] $GITHUB_ACTIONS"\n  env: { CI: "", GITHUB_ACTIONS: no }', { has: ['true true', '[] true'] }],
    ['a step sees its own env in its condition, and env maps do not see themselves', '- run: echo yes\n  if: env.A == 1\n  env: { A: 1, B: "[${{ env.A }}]" }\n- run: echo "$B"\n  env: { A: 1, B: "[${{ env.A }}]" }', { has: ['yes', '[]'] }],
    ['H5 a signal counts as 128 and its number', '- run: kill -9 $$', { conclusion: 'failure', annotations: ['error: Process completed with exit code 137.'] }],
    ['H2 the body is written unchanged', "- run: |\n    printf '%s' 'a\\tb'", { has: ['a\\tb'] }],
    ['H3 working-directory, absolute wins', '- run: mkdir -p sub\n- run: pwd\n  working-directory: sub\n- run: pwd\n  working-directory: /usr', { has: ['/shop/sub', '/usr'] }],
    ['H3 a missing directory fails the step', '- run: echo x\n  working-directory: nowhere', { conclusion: 'failure', annotations: [/working directory .*nowhere'. No such file/u] }],
    ['H5 the exit code is said', '- run: exit 7', { conclusion: 'failure', annotations: ['error: Process completed with exit code 7.'] }],
    ['H1 shell: bash has pipefail, the default has not', '- run: "false | true; echo default"\n- run: "false | true; echo never"\n  shell: bash', { conclusion: 'failure', has: ['default'], lacks: ['never'] }],
    ['E5 hashFiles is the hash over the hashes, and empty where nothing matches', "- run: mkdir -p d && printf a > d/a.txt && printf b > d/b.txt\n- run: echo \"${{ hashFiles('d/*.txt', '!d/b.txt') }}\"; echo \"[${{ hashFiles('none*') }}]\"\n- run: printf a | openssl sha256 -binary | sha256sum | cut -d' ' -f1", { has: ['bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8\n[]\nbf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8'] }],
    ['A8 event.json is written anew before every step', '- run: echo broken > "$GITHUB_EVENT_PATH"\n- run: grep -c sender "$GITHUB_EVENT_PATH"', { has: ['1'] }],
    ['J8 RUNNER_TEMP is empty at the start but for the runner\'s own', '- run: ls "$RUNNER_TEMP" | tr "\\n" " "', { has: ['_github_workflow _runner_file_commands'] }],
    ['J10 what a process sees of github', '- run: env | grep -cE "^GITHUB_(TOKEN|EVENT|REPOSITORYURL|ACTION_STATUS)=" || echo none; echo "$GITHUB_REF_NAME $GITHUB_REF_TYPE $GITHUB_REF_PROTECTED $GITHUB_WORKFLOW $GITHUB_REPOSITORY_OWNER $GITHUB_ACTOR_ID"', { has: ['none', 'main branch false .github/workflows/main.yml example 1'] }],
    ['J10 what a process sees of the runner', '- run: echo "$RUNNER_OS [$RUNNER_DEBUG] $RUNNER_ENVIRONMENT $RUNNER_NAME"; test -d "$RUNNER_TOOL_CACHE" && test "$RUNNER_WORKSPACE/shop" = "$GITHUB_WORKSPACE"', { has: ['[] self-hosted local'] }],
    ['J10 the job context', '- run: echo "${{ job.workflow_ref }} ${{ job.workflow_file_path }} ${{ job.check_run_id > 0 }}"', { has: ['example/shop/.github/workflows/main.yml@refs/heads/main .github/workflows/main.yml true'] }],
    ['F8 state is not seen by scripts', '- run: echo "k=1" >> "$GITHUB_STATE"\n- run: echo "[$STATE_k]"', { has: ['[]'] }],
  ])('%s', async (_name, steps, expected) => check(steps, expected, '', { timing: QUICK }));

  test.each<[string, string, string, Expected]>([
    ['H3 defaults.run of the job', '    defaults: { run: { shell: sh, working-directory: /usr } }\n', '- run: pwd; echo "$0"', { has: ['/usr'] }],
    ['S6 a job\'s own env is seen by all steps', '    env: { A: "${{ github.actor }}" }\n', '- run: echo "$A ${{ env.A }}"', { has: ['operator operator'] }],
  ])('%s', async (_name, job, steps, expected) => check(steps, expected, job));

  test('H4 a job\'s defaults.run replaces the whole map of the workflow', async () => {
    const { log } = await see({ '.github/workflows/main.yml': 'on: workflow_dispatch\ndefaults: { run: { working-directory: /usr, shell: sh } }\njobs:\n  a:\n    runs-on: x\n    defaults: { run: { shell: bash } }\n    steps: [{ run: "pwd" }]\n' });
    expect(log).toMatch(/\/shop$/mu);
  });

  test('H5 a script of more than 21,000 characters is refused', async () => {
    expect((await see(oneJob(`- run: "echo ${'x'.repeat(21_001)}"`))).conclusion).toMatch(/startup_failure: .*21000/u);
  });

  test('S10 a step is named by its name, or by its first line', async () => {
    const { jobs } = await stage(oneJob('- run: |\n    echo one\n    echo two\n- name: has ${{ secrets.TOKEN }} in ${{ github.actor }}\n  run: "true"'));
    expect(jobs[0]?.steps.map((step) => step.name)).toEqual(['Run echo one', 'has *** in operator']);
  });

  test('S11 what a job leaves running is killed with it, and only that', async () => {
    const { conclusion, log } = await see(oneJob('- run: |\n    nohup sleep 60 >/dev/null 2>&1 &\n    echo "pid $!"'));
    expect(conclusion).toBe('success');
    const pid = Number(/pid (\d+)/u.exec(log)?.[1]);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('cancel', () => {
  const interrupts = (step: string, signal: 'SIGINT' | 'runner-lost' = 'SIGINT'): Partial<RunOptions> => ({ interrupts: [{ job: 'a', step, signal }], timing: QUICK });

  test.each<[string, string, Expected, Partial<RunOptions>?]>([
    ['X1 a step whose condition holds for a cancelled job is not touched', '- id: s\n  if: always()\n  run: echo started; sleep 0.3; echo ended\n- run: echo never', { conclusion: 'cancelled', steps: 'success skipped', has: ['ended'] }],
    ['X2 SIGINT comes first, and exit 0 is cancelled all the same', "- id: s\n  run: |\n    trap 'echo int; exit 0' INT\n    echo started\n    for ((i = 0; i < 100; i++)); do sleep 0.02; done", { conclusion: 'cancelled', steps: 'cancelled', has: ['int'] }],
    ['X2 then SIGTERM', "- id: s\n  run: |\n    trap '' INT\n    trap 'echo term; exit 0' TERM\n    echo started\n    for ((i = 0; i < 200; i++)); do sleep 0.02; done", { conclusion: 'cancelled', steps: 'cancelled', has: ['term'] }],
    ['X2 then the tree is killed', "- id: s\n  run: |\n    trap '' INT TERM\n    echo started\n    for ((i = 0; i < 500; i++)); do sleep 0.02; done; echo survived", { conclusion: 'cancelled', steps: 'cancelled', lacks: ['survived'] }],
    ['X2 the signal goes to the entry process only', "- id: s\n  run: |\n    bash -c 'trap \"echo child-got-it\" INT; for ((i = 0; i < 15; i++)); do sleep 0.02; done' &\n    trap 'wait; exit 0' INT\n    echo started\n    wait", { conclusion: 'cancelled', lacks: ['child-got-it'] }],
    ['X3 always() and cancelled() run afterwards; success(), failure() and !cancelled() do not', "- id: s\n  run: echo started; sleep 5\n- run: echo\n  if: always()\n- run: echo\n  if: cancelled()\n- run: echo\n  if: success()\n- run: echo\n  if: failure()\n- run: echo\n  if: '!cancelled()'", { conclusion: 'cancelled', steps: 'cancelled success success skipped skipped skipped' }],
    ['X3 a later failure does not change cancelled', '- id: s\n  run: echo started; sleep 5\n- run: exit 1\n  if: always()', { conclusion: 'cancelled', steps: 'cancelled failure' }],
    ['S5 continue-on-error does not forgive a cancel', '- id: s\n  run: echo started; sleep 5\n  continue-on-error: true', { conclusion: 'cancelled', steps: 'cancelled' }],
    ['X3 after the window everything is killed', '- id: s\n  if: always()\n  run: echo started; sleep 20', { conclusion: 'cancelled' }, { timing: { ...QUICK, cancelWindowMs: 200 } }],
  ])('%s', async (_name, steps, expected, options = {}) => check(steps, expected, '', { ...interrupts('s'), ...options }));

  test('X1 a job whose if holds for a cancelled run is not touched', async () => {
    await check('- id: s\n  run: echo started; sleep 0.3; echo ended', { conclusion: 'cancelled', steps: 'success', has: ['ended'] }, '    if: always()\n', interrupts('s'));
  });

  test('X4 a job that runs out of time is cancelled: failure() does not run, always() does', async () => {
    await check('- run: sleep 20\n- run: echo f\n  if: failure()\n- run: echo a\n  if: always()', { conclusion: 'cancelled', steps: 'cancelled skipped success', annotations: [/exceeded the maximum execution time of 1 minutes/u] }, '    timeout-minutes: 1\n', { timing: QUICK });
  });

  test('X5 a lost runner is a failure: no condition is asked, no post runs', async () => {
    const files = { 'act/action.yml': 'name: a\ndescription: a\nruns: { using: node24, main: m.js, post: p.js }\n', 'act/m.js': 'console.log("main")', 'act/p.js': 'console.log("post ran")' };
    const seen = await see({ ...oneJob('- uses: $/act\n- id: s\n  run: echo started; sleep 20\n- run: echo never\n  if: always()'), ...files }, interrupts('s', 'runner-lost'));
    expect(seen.conclusion).toBe('failure');
    expect(seen.log).not.toMatch(/post ran|never/u);
  });
});
