import { describe, expect, test } from '@jest/globals';
import type { RunOptions } from '../../src/index.ts';
import { oneJob, QUICK, see, stage } from './stage.ts';

interface Expected {
  readonly conclusion?: string;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  /** `id conclusion` of each step, in the order in which they ended. */
  readonly steps?: readonly string[];
}

const bg = (script: string, more = ''): string => `- id: bg\n  background: true\n  run: |\n${script.split('\n').map((line) => `    ${line}`).join('\n')}\n${more}`;

describe('background steps', () => {
  test.each<[string, string, Expected, Partial<RunOptions>?]>([
    ['B1 it runs beside what follows', `${bg('for ((i = 0; i < 200; i++)); do [ -e ready ] && echo met && exit 0; sleep 0.02; done; exit 1')}- run: touch ready\n- wait: bg`, { has: ['met'] }],
    ['B1 wait takes a list, parallel is background steps and a wait', '- parallel:\n    - { id: p, run: "for ((i = 0; i < 200; i++)); do [ -e other ] && exit 0; sleep 0.02; done; exit 1" }\n    - { id: q, run: touch other; echo o=1 >> $GITHUB_OUTPUT }\n- run: echo "q ${{ steps.q.outputs.o }}"', { has: ['q 1'] }],
    ['B1 wait runs also after a failure', `${bg('echo bg-ended')}- run: exit 1\n- wait: bg`, { conclusion: 'failure', steps: ['bg success', '__run failure', '__wait success'] }],
    ['B2 outputs, env, path and outcome are there from the wait on', `${bg('echo o=1 >> $GITHUB_OUTPUT; echo E=2 >> $GITHUB_ENV; echo /bgpath >> $GITHUB_PATH; touch done')}- run: while [ ! -e done ]; do sleep 0.02; done; sleep 0.1; echo "before [\${{ steps.bg.outputs.o }}\${{ steps.bg.outcome }}$E]"; case "$PATH" in *bgpath*) echo leaked;; esac\n- wait-all:\n- run: echo "after [\${{ steps.bg.outputs.o }} \${{ steps.bg.conclusion }} $E]"; case "$PATH" in *bgpath*) echo path;; esac`, { has: ['before []', 'after [1 success 2]', 'path'], lacks: ['leaked'] }],
    ['B2 the condition is asked when the step is reached', `${bg('echo never', '  if: failure()\n')}- run: exit 1`, { conclusion: 'failure', lacks: ['never'], steps: ['bg skipped', '__run failure'] }],
    ['B3 a failed one fails the wait; what stands before it still sees success', `${bg('touch done; exit 1')}- run: while [ ! -e done ]; do sleep 0.02; done; sleep 0.1\n- run: echo still\n- wait: bg\n- run: echo never`, { conclusion: 'failure', has: ['still'], lacks: ['never'] }],
    ['B3 without a wait there is one at the end, and its result counts', bg('sleep 0.2; exit 1'), { conclusion: 'failure', steps: ['bg failure', '__implicit_wait_all failure'] }],
    ['B3 continue-on-error on the background step works', `${bg('exit 1', '  continue-on-error: true\n')}- wait: bg\n- run: echo "\${{ steps.bg.outcome }} \${{ steps.bg.conclusion }}"`, { has: ['failure success'] }],
    ['B3 continue-on-error on wait is ignored by the runner', `${bg('exit 1')}- wait: bg\n  continue-on-error: true`, { conclusion: 'failure' }],
    ['B4 cancel ends it by the usual signals, and the job goes on', `${bg("trap 'echo int; exit 0' INT; touch up; for ((i = 0; i < 300; i++)); do sleep 0.02; done")}- run: while [ ! -e up ]; do sleep 0.02; done\n- cancel: bg\n- run: echo "\${{ steps.bg.conclusion }} \${{ job.status }}"`, { has: ['int', 'cancelled success'] }],
    ['B4 one that does not end is left after the grace, cancelled', `${bg("trap '' INT TERM; touch up; for ((i = 0; i < 300; i++)); do sleep 0.02; done")}- run: while [ ! -e up ]; do sleep 0.02; done\n- cancel: bg\n- run: echo "\${{ steps.bg.conclusion }}"`, { has: ['cancelled'] }],
    ['X1 a cancel of the job ends it whatever its condition says', `${bg('echo started; sleep 20', '  if: always()\n')}- wait: bg`, { conclusion: 'cancelled' }, { interrupts: [{ job: 'a', step: 'bg', signal: 'SIGINT' }] }],
    ['S6 its timeout is a failure', `${bg('sleep 20', '  timeout-minutes: 1\n')}- wait: bg`, { conclusion: 'failure' }],
  ])('%s', async (_name, steps, expected, options = {}) => {
    const files = oneJob(steps);
    const { conclusion, jobs, log, refused } = await stage(files, { timing: QUICK, ...options });
    expect(refused).toBeNull();
    expect(conclusion).toBe(expected.conclusion ?? 'success');
    for (const text of expected.has ?? []) expect(log).toContain(text);
    for (const text of expected.lacks ?? []) expect(log).not.toContain(text);
    if (expected.steps !== undefined) expect(jobs[0]?.steps.map((step) => `${step.id} ${step.conclusion}`).sort()).toEqual([...expected.steps].sort());
  });

  test('B1 ten run at once, others wait for a slot', async () => {
    const steps = Array.from({ length: 12 }, (_, i) => `- background: true\n  run: touch r${i}; ls r* | wc -l; while [ ! -e go ]; do sleep 0.02; done; rm r${i}`).join('\n');
    const { conclusion, log } = await see(oneJob(`${steps}\n- run: while [ $(ls r* | wc -l) -lt 10 ]; do sleep 0.02; done; sleep 0.2; echo "at once $(ls r* | wc -l)"; touch go`));
    expect(conclusion).toBe('success');
    expect(log).toContain('at once 10');
  });

  test.each([
    ['B5 wait-all: false', `${bg('true')}- wait-all: false`, /must be true or omitted/u],
    ['B5 a wait for what is not there', '- wait: none', /unknown step ID 'none'/u],
    ['B1 an if on a wait', `${bg('true')}- wait: bg\n  if: always()`, /if/u],
    ['B1 a parallel in a parallel', '- parallel:\n    - parallel:\n        - run: x', /./u],
  ])('%s is refused', async (_name, steps, message) => {
    const { refused, conclusion } = await stage(oneJob(steps));
    expect(conclusion).toBe('startup_failure');
    expect(refused?.message).toMatch(message);
  });

  test('B1 not in a composite', async () => {
    const files = { 'c/action.yml': 'name: c\ndescription: c\nruns: { using: composite, steps: [{ shell: bash, run: x, background: true }] }\n' };
    expect((await see({ ...oneJob('- uses: $/c'), ...files })).annotations.join()).toMatch(/background/u);
  });
});
