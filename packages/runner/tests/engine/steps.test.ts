import { describe, expect, test } from '@jest/globals';
import { oneJob, stage } from './stage.ts';

const outputsOf = async (steps: string, outputs: string): Promise<Record<string, string>> => (await stage(oneJob(steps, `    outputs: ${outputs}\n`))).jobs[0]?.outputs ?? {};

describe('steps', () => {
  test('outputs travel from a file to an expression to the job', async () => {
    expect(await outputsOf(`- id: one\n  run: echo "sha=abc" >> "$GITHUB_OUTPUT"`, '{ sha: "${{ steps.one.outputs.sha }}-${{ vars.COLOUR }}" }')).toEqual({ sha: 'abc-green' });
  });

  test('an output that holds a secret is dropped, with the warning that GitHub gives', async () => {
    const { jobs, annotations } = await stage(oneJob(`- id: one\n  run: echo "url=https://x/top-secret-value" >> "$GITHUB_OUTPUT"\n  env: { T: "\${{ secrets.TOKEN }}" }`, '    outputs: { url: "${{ steps.one.outputs.url }}" }\n'));
    expect(jobs[0]?.outputs).toEqual({});
    expect(annotations.map((one) => one.message)).toEqual(["Skip output 'url' since it may contain secret."]);
  });

  test('secrets are masked in the log, also as base64', async () => {
    const { log } = await stage(oneJob('- run: |\n    echo "top-secret-value"\n    printf top-secret-value | base64'));
    expect(log).not.toMatch(/top-secret-value|dG9wLXNlY3JldC12YWx1ZQ/u);
    expect(log.match(/\*\*\*/gu)).toHaveLength(2);
  });

  test.each([
    ['a failure skips what follows', ['- run: exit 3', '- run: echo never'], 'failure', ['failure', 'skipped']],
    ['always() runs after a failure', ['- run: exit 3', '- run: echo so\n  if: always()'], 'failure', ['failure', 'success']],
    ['continue-on-error forgives', ['- run: exit 3\n  continue-on-error: true', '- run: echo on'], 'success', ['failure', 'success']],
    ['a text that says false is true', ['- run: echo on\n  if: ${{ vars.NO }}'], 'success', ['success']],
    ['a name in a string is no status function', ["- run: exit 1", "- run: echo no\n  if: ${{ 'always()' == 'x' || true }}"], 'failure', ['failure', 'skipped']],
    ['set-env on the output is refused and fails the step', ['- run: echo "::set-env name=A::1"'], 'failure', ['failure']],
  ])('%s', async (_, steps, conclusion, outcomes) => {
    const outcome = await stage(oneJob(steps.join('\n')));
    expect(outcome.conclusion).toBe(conclusion);
    expect(outcome.jobs[0]?.steps.map((step) => step.outcome)).toEqual(outcomes);
  });

  test('an environment variable and a path entry are seen from the next step on', async () => {
    const { log } = await stage(oneJob(['- run: |', '    echo "A=1" >> "$GITHUB_ENV"', '    mkdir bin && printf "#!/bin/sh\\necho found\\n" > bin/tool && chmod +x bin/tool', '    echo "$PWD/bin" >> "$GITHUB_PATH"', '    echo "now ${A:-none}"', '- run: echo "then $A" && tool'].join('\n')));
    expect(log).toContain('now none');
    expect(log).toContain('then 1');
    expect(log).toContain('found');
  });

  test("nothing of the runner's own environment reaches a step", async () => {
    process.env['LEAK'] = 'leaked';
    const { log } = await stage(oneJob('- run: env'));
    delete process.env['LEAK'];
    expect(log).not.toContain('LEAK');
    expect(log).toContain('GITHUB_REPOSITORY=example/shop');
  });
});

describe('actions', () => {
  const action = {
    'act/action.yml': 'name: act\ndescription: x\ninputs:\n  who: { description: x, default: "${{ github.actor }}" }\nruns: { using: node24, main: main.js, post: post.js }\n',
    'act/main.js': 'const fs = require("fs"); fs.appendFileSync(process.env.GITHUB_STATE, "kept=yes\\n"); console.log("main for " + process.env.INPUT_WHO); if (process.env.INPUT_FAIL) process.exit(1);',
    'act/post.js': 'console.log("post kept " + process.env.STATE_kept);',
  };

  test('main gets its defaults, post gets its state, also when main failed', async () => {
    const outcome = await stage({ ...oneJob('- uses: $/act\n  with: { fail: "1" }'), ...action });
    expect(outcome.conclusion).toBe('failure');
    expect(outcome.log).toContain('main for operator');
    expect(outcome.log).toContain('post kept yes');
  });

  test('an action that is not there fails the job before any step', async () => {
    const outcome = await stage(oneJob('- run: echo first\n- uses: $/missing'));
    expect(outcome.conclusion).toBe('failure');
    expect(outcome.jobs[0]?.steps).toEqual([]);
  });
});

describe('a cancel', () => {
  const script = `- id: long
  run: |
    trap 'echo interrupted; exit 0' INT
    echo started
    for ((i = 0; i < 100; i++)); do sleep 0.05; done
- run: echo cleaned
  if: always()
- run: echo never`;

  test('interrupts the running step, runs what always runs, and ends cancelled', async () => {
    const outcome = await stage(oneJob(script), { interrupts: [{ job: 'a', step: 'long', signal: 'SIGINT' }] });
    expect(outcome.conclusion).toBe('cancelled');
    expect(outcome.jobs[0]?.result).toBe('cancelled');
    expect(outcome.jobs[0]?.steps.map((step) => step.conclusion)).toEqual(['cancelled', 'success', 'skipped']);
    expect(outcome.log).toContain('interrupted');
  });
});
