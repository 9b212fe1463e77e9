import { describe, expect, test } from '@jest/globals';
import { oneJob, see } from './stage.ts';

const run = (script: string, more = ''): string => `- id: one\n  run: |\n${script.split('\n').map((line) => `    ${line}`).join('\n')}\n${more}`;

describe('commands', () => {
  test.each<[string, string, { conclusion?: string; has?: string[]; lacks?: string[]; annotations?: (string | RegExp)[] }]>([
    ['C4 both streams carry commands, and a command is not printed', run('echo "::warning::out"; echo "::error::err" >&2; echo plain'), { has: ['plain'], lacks: ['::warning'], annotations: ['warning: out', 'error: err'] }],
    ['C6 set-env is disabled and fails the step', run('echo "::set-env name=A::1"'), { conclusion: 'failure', annotations: [/Unable to process command '::set-env name=A::1' successfully/u, /`set-env` command is disabled/u] }],
    ['C6 add-path is disabled and fails the step', run('echo "::add-path::/x"'), { conclusion: 'failure', annotations: [/Unable to process/u, /`add-path` command is disabled/u] }],
    ['C6 ACTIONS_ALLOW_UNSECURE_COMMANDS allows both', run('echo "::set-env name=A::1"; echo "::add-path::/extra"', '  env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: true }\n- run: echo "A is $A"; echo "$PATH"'), { has: ['A is 1', '/extra:'] }],
    ['C6 set-output and save-state still work', run('echo "::set-output name=v::1"; echo "::save-state name=s::2"', '- run: echo "v is ${{ steps.one.outputs.v }}"'), { has: ['v is 1'] }],
    ['C7 a missing name fails the step', run('echo "::set-output::1"'), { conclusion: 'failure', annotations: [/Unable to process/u, /Required field 'name' is missing in ##\[set-output\] command/u] }],
    ['C7 a bad echo value fails the step', run('echo "::echo::maybe"'), { conclusion: 'failure', annotations: [/Unable to process/u, /Invalid echo command value/u] }],
    ['C8 stop-commands makes everything plain until its token', run('echo "::stop-commands::halt-here"; echo "::warning::no"; echo "::halt-here::"; echo "::warning::yes"'), { has: ['::warning::no', '::stop-commands::***'], annotations: ['warning: yes'] }],
    ['C8 a short token is not masked', run('echo "::stop-commands::short"; echo "it is short"'), { has: ['it is short'] }],
    ['C8 the stop ends with the step', run('echo "::stop-commands::halt-here"', '- run: echo "::warning::again"'), { annotations: ['warning: again'] }],
    ['C8 an empty token fails the step', run('echo "::stop-commands::"'), { conclusion: 'failure', annotations: [/Unable to process/u, /endToken/u] }],
    ['C8 pause-logging fails the step', run('echo "::stop-commands::pause-logging"'), { conclusion: 'failure', annotations: [/Unable to process/u, /endToken/u] }],
    ['C8 the name of a command fails the step', run('echo "::stop-commands::debug"'), { conclusion: 'failure', annotations: [/Unable to process/u, /endToken/u] }],
    ['C9 error fails nothing', run('echo "::error file=a.js,line=1::bad"'), { conclusion: 'success', annotations: ['error: bad'] }],
    ['C9 ten of a level for a step, the rest is log', run('for i in $(seq 12); do echo "::notice::n$i"; done'), { has: ['n12'], annotations: Array.from({ length: 10 }, (_, i) => `notice: n${i + 1}`) }],
    ['C10 group and endgroup', run('echo "::group::title"; echo "::endgroup::"'), { has: ['##[group]title', '##[endgroup]'] }],
    ['C10 debug is not printed', run('echo "::debug::hidden"'), { lacks: ['hidden'] }],
    ['C10 echo on prints commands, but never these', run('echo "::echo::on"; echo "::add-mask::zzz1"; echo "::debug::d"; echo "::set-output name=a::1"; echo "::echo::off"; echo "::set-output name=b::2"'), { has: ['::add-mask::***', '::set-output name=a::1'], lacks: ['name=b', '::debug::'] }],
    ['C11 add-mask masks the whole value and each of its lines', run('echo "::add-mask::first%0Asecond"; echo "first, second"'), { has: ['***, ***'], lacks: ['first'] }],
    ['C11 an empty mask is a warning only', run('echo "::add-mask::  "'), { conclusion: 'success', annotations: ["warning: Can't add secret mask for empty string in ##[add-mask] command."] }],
    ['C5 a problem matcher makes annotations of lines, until it is removed', run(`echo '{"problemMatcher":[{"owner":"m","pattern":[{"regexp":"^(.+):(\\\\d+): (.+)$","file":1,"line":2,"message":3}]}]}' > m.json\necho "::add-matcher::m.json"\necho "a.c:3: broken"\necho "::remove-matcher owner=m::"\necho "b.c:4: fine"`), { annotations: ['error: broken'], has: ['##[error]a.c:3: broken', 'b.c:4: fine'] }],
    ['C5 a problem matcher may escape what needs no escape', run(`echo '{"problemMatcher":[{"owner":"m","pattern":[{"regexp":"^\\\\\\"(.+)\\\\\\" (.+)$","file":1,"message":2}]}]}' > m.json\necho "::add-matcher::m.json"\necho '"a.py" broken'`), { annotations: ['error: broken'] }],
  ])('%s', async (_name, steps, { conclusion = 'success', has = [], lacks = [], annotations }) => {
    const seen = await see(oneJob(steps));
    expect(seen.conclusion).toBe(conclusion);
    for (const text of has) expect(seen.log).toContain(text);
    for (const text of lacks) expect(seen.log).not.toContain(text);
    if (annotations === undefined) return;
    expect(seen.annotations.filter((one) => !one.includes('Process completed'))).toEqual(annotations.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
  });

  test('C9 a message is cut at 4096 characters', async () => {
    const { annotations } = await see(oneJob(run('printf "::error::%05000d\\n" 1')));
    expect(annotations[0]).toHaveLength('error: '.length + 4096);
  });

  test.each([['a secret', { secrets: { ACTIONS_STEP_DEBUG: 'true' } }], ['a variable', { variables: { ACTIONS_STEP_DEBUG: 'true' } }]])('C10 debug is printed with ACTIONS_STEP_DEBUG as %s, and runner.debug is 1', async (_name, options) => {
    const { log } = await see(oneJob('- run: echo "::debug::shown ${{ runner.debug }} true"'), options);
    expect(log).toContain('##[debug]shown 1 true');
  });
});

describe('files', () => {
  test.each<[string, string, { conclusion?: string; has?: string[]; lacks?: string[]; annotations?: RegExp[] }]>([
    ['F1 the files are read also when the step failed', run('echo "A=1" >> "$GITHUB_ENV"; echo "o=2" >> "$GITHUB_OUTPUT"; exit 1', '  continue-on-error: true\n- run: echo "$A ${{ steps.one.outputs.o }}"'), { has: ['1 2'] }],
    ['F1 they are fresh for each step, below RUNNER_TEMP', run('echo "A=1" >> "$GITHUB_ENV"; echo "$GITHUB_ENV" > first', '- run: |\n    test ! -s "$GITHUB_ENV" && test ! -e "$(cat first)" && case "$GITHUB_ENV" in "$RUNNER_TEMP"/_runner_file_commands/set_env_*) echo fresh;; esac'), { has: ['fresh'] }],
    ['F3 a bad line fails the step, pairs before it stay', run('printf "o=1\\nbad\\np=2\\n" >> "$GITHUB_OUTPUT"', '- if: always()\n  run: echo "[${{ steps.one.outputs.o }}${{ steps.one.outputs.p }}]"'), { conclusion: 'failure', has: ['[1]'], annotations: [/Unable to process file command 'output' successfully/u, /Invalid format 'bad'/u] }],
    ['F4 NODE_OPTIONS is blocked, in any case, and the step stays green', run('echo "node_options=--x" >> "$GITHUB_ENV"', '- run: echo "[$node_options]"'), { has: ['[]'], annotations: [/Can't store NODE_OPTIONS output parameter using '\$GITHUB_ENV' command/u] }],
    ['F4 GITHUB_ names go into env, the process gets the real value', run('echo "GITHUB_SHA=mine" >> "$GITHUB_ENV"', '- run: echo "${{ env.GITHUB_SHA }} $GITHUB_SHA"'), { has: [`mine ${'a'.repeat(40)}`] }],
    ['F5 the last line of GITHUB_PATH is first, a repeated one moves there', run('printf "/one\\n\\n/two\\n/one\\n" >> "$GITHUB_PATH"', '- run: echo "$PATH"'), { has: ['/one:/two:'] }],
    ['F6 outputs ignore case, the last write wins', run('printf "Key=1\\nkEY=2\\n" >> "$GITHUB_OUTPUT"', '- run: echo "${{ steps.ONE.outputs.key }} ${{ join(steps.one.outputs.*) }}"'), { has: ['2 2'] }],
    ['F7 a summary above 1 MiB is dropped with an error, the step stays green', run('head -c 1100000 /dev/zero | tr "\\0" x >> "$GITHUB_STEP_SUMMARY"'), { annotations: [/upload aborted, supports content up to a size of 1024k, got 1074k/u] }],
  ])('%s', async (_name, steps, { conclusion = 'success', has = [], lacks = [], annotations }) => {
    const seen = await see(oneJob(steps));
    expect(seen.conclusion).toBe(conclusion);
    for (const text of has) expect(seen.log).toContain(text);
    for (const text of lacks) expect(seen.log).not.toContain(text);
    if (annotations !== undefined) expect(seen.annotations).toEqual(annotations.map((one) => expect.stringMatching(one)));
  });
});

describe('masks', () => {
  test.each<[string, string, { has?: string[]; lacks?: string[] }]>([
    ['M3 the token is masked, also as a checkout sends it', run('echo "${{ github.token }}"; printf "x-access-token:%s" "${{ secrets.GITHUB_TOKEN }}" | base64 -w0'), { lacks: ['github-token-value', Buffer.from('x-access-token:github-token-value').toString('base64')] }],
    ['M4 names of steps are masked, step outputs are not', run('echo "o=top-secret-value" >> "$GITHUB_OUTPUT"', '  name: has ${{ secrets.TOKEN }}\n- run: test "${{ steps.one.outputs.o }}" = top-secret-value && echo whole'), { has: ['whole'] }],
  ])('%s', async (_name, steps, { has = [], lacks = [] }) => {
    const seen = await see(oneJob(steps));
    expect(seen.conclusion).toBe('success');
    for (const text of has) expect(seen.log).toContain(text);
    for (const text of lacks) expect(seen.log).not.toContain(text);
  });

  test('M3 ACTIONS_STEP_DEBUG is not masked', async () => {
    expect((await see(oneJob('- run: echo is-false'), { secrets: { ACTIONS_STEP_DEBUG: 'false' } })).log).toContain('is-false');
  });
});
