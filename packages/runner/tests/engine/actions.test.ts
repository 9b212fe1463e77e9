import { describe, expect, test } from '@jest/globals';
import { oneJob, QUICK, see, stage } from './stage.ts';

const node = (name: string, runs: string, more = ''): Record<string, string> => ({ [`${name}/action.yml`]: `name: ${name}\ndescription: d\n${more}runs: { using: node24, ${runs} }\n` });
const composite = (name: string, steps: string, more = ''): Record<string, string> => ({ [`${name}/action.yml`]: `name: ${name}\ndescription: d\n${more}runs:\n  using: composite\n  steps:\n${steps.trim().split('\n').map((line) => `    ${line}`).join('\n')}\n` });
const says = (text: string): string => `console.log(${JSON.stringify(text)});`;
/** An action that puts the repository's files into the workspace, as a checkout does. */
const place = composite('place', '- shell: bash\n  run: cp -r "$GITHUB_ACTION_PATH"/../* .');

interface Expected {
  readonly conclusion?: string;
  readonly steps?: string;
  readonly has?: readonly string[];
  readonly lacks?: readonly string[];
  readonly order?: readonly string[];
  readonly annotations?: readonly (string | RegExp)[];
}

async function check(steps: string, files: Readonly<Record<string, string>>, expected: Expected, job = ''): Promise<void> {
  const seen = await see({ ...oneJob(steps, job), ...files }, { timing: QUICK });
  expect(seen.conclusion).toBe(expected.conclusion ?? 'success');
  if (expected.steps !== undefined) expect(seen.steps).toBe(expected.steps);
  for (const text of expected.has ?? []) expect(seen.log).toContain(text);
  for (const text of expected.lacks ?? []) expect(seen.log).not.toContain(text);
  if (expected.order !== undefined) expect(seen.log.split('\n').filter((line) => expected.order?.includes(line))).toEqual(expected.order);
  if (expected.annotations !== undefined) expect(seen.annotations).toEqual(expected.annotations.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))));
}

const env = 'for (const [k, v] of Object.entries(process.env)) if (/^(INPUT|STATE|ACTIONS)_/.test(k)) console.log(`${k}=[${v}]`);';

describe('JavaScript actions', () => {
  test.each<[string, string, Record<string, string>, Expected]>([
    ['A1 inputs: blanks become _, a hyphen stays, all are text, defaults may use contexts', '- uses: $/a\n  with: { "two words": 1, flag: true }', { ...node('a', 'main: m.js', 'inputs: { "two words": { description: d }, my-own: { description: d, default: "${{ github.actor }}-${{ runner.os }}" }, flag: { description: d, required: true } }\n'), 'a/m.js': env }, { has: ['INPUT_TWO_WORDS=[1]', 'INPUT_MY-OWN=[operator-', 'INPUT_FLAG=[true]'] }],
    ['A1 what is not declared passes with a warning, required is not enforced', '- uses: $/a\n  with: { other: x }', { ...node('a', 'main: m.js', 'inputs: { must: { description: d, required: true } }\n'), 'a/m.js': env }, { has: ['INPUT_OTHER=[x]', 'INPUT_MUST=[]'], annotations: ["warning: Unexpected input(s) 'other', valid inputs are ['must']"] }],
    ['A2 the exit code alone decides: error and exit 0 is success, its cwd is the workspace', '- uses: $/a', { ...node('a', 'main: m.js'), 'a/m.js': 'console.log("::error::bad"); console.log(process.cwd() === process.env.GITHUB_WORKSPACE);' }, { has: ['true'] }],
    ['A2 exit 78 is a failure, and outputs are kept', '- id: a\n  uses: $/a\n  continue-on-error: true\n- run: echo "${{ steps.a.outcome }} ${{ steps.a.outputs.o }}"', { ...node('a', 'main: m.js'), 'a/m.js': 'require("fs").appendFileSync(process.env.GITHUB_OUTPUT, "o=1\\n"); process.exit(78);' }, { has: ['failure 1'] }],
    ['A2 nothing overrides a context of GitHub\'s, INPUT_ overrides env', '- uses: $/a\n  with: { x: w }\n  env: { INPUT_X: e, GITHUB_SHA: e }', { ...node('a', 'main: m.js', 'inputs: { x: { description: d } }\n'), 'a/m.js': `${env} console.log(process.env.GITHUB_SHA);` }, { has: ['INPUT_X=[w]', 'a'.repeat(40)] }],
    ['A3 a local action is read when its step runs: missing, that step fails', '- run: echo first\n- uses: ./none', {}, { conclusion: 'failure', steps: 'success failure', annotations: [/Did you forget to run actions\/checkout/u] }],
    ['A3 the pre of a local action is skipped with a warning', '- uses: $/place\n- uses: ./a', { ...place, ...node('a', 'main: m.js, pre: p.js'), 'a/m.js': says('main'), 'a/p.js': says('pre') }, { has: ['main'], lacks: ['pre\n'], annotations: ["warning: `pre` execution is not supported for local action from './a'"] }],
    ['A4 $/ needs no checkout and survives the end of the workspace, its post too', '- run: rm -rf "$GITHUB_WORKSPACE"/*\n- uses: $/a', { ...node('a', 'main: m.js, post: p.js'), 'a/m.js': says('main'), 'a/p.js': says('post') }, { order: ['main', 'post'] }],
    ['S8 pres in order, posts the other way round, posts see the env of the end', '- uses: $/a\n- uses: $/b\n- run: echo "E=end" >> "$GITHUB_ENV"', { ...node('a', 'pre: pre.js, main: m.js, post: p.js'), ...node('b', 'pre: pre.js, main: m.js, post: p.js'), 'a/pre.js': says('pre a'), 'b/pre.js': says('pre b'), 'a/m.js': says('main a'), 'b/m.js': says('main b'), 'a/p.js': 'console.log("post a " + process.env.E)', 'b/p.js': says('post b') }, { order: ['pre a', 'pre b', 'main a', 'main b', 'post b', 'post a end'] }],
    ['S8 pre-if is asked, post-if is judged by the job', "- uses: $/a\n- run: exit 1", { ...node('a', "pre: x.js, pre-if: runner.os == 'none', main: m.js, post: p.js, post-if: failure()"), 'a/x.js': says('pre'), 'a/m.js': says('main'), 'a/p.js': says('post') }, { conclusion: 'failure', order: ['main', 'post'], steps: 'skipped success failure success' }],
    ['S9 a skipped step has no post', '- uses: $/a\n  if: false', { ...node('a', 'main: m.js, post: p.js'), 'a/m.js': says('main'), 'a/p.js': says('post') }, { steps: 'skipped', lacks: ['post'] }],
    ['S9 but it has one when its pre ran', '- uses: $/a\n  if: false', { ...node('a', 'pre: x.js, main: m.js, post: p.js'), 'a/x.js': says('pre'), 'a/m.js': says('main'), 'a/p.js': says('post') }, { order: ['pre', 'post'] }],
    ['S9 a failing post fails the job, other posts go on', '- uses: $/a\n- uses: $/b', { ...node('a', 'main: m.js, post: p.js'), ...node('b', 'main: m.js, post: p.js'), 'a/m.js': '', 'b/m.js': '', 'a/p.js': says('post a'), 'b/p.js': 'process.exit(1)' }, { conclusion: 'failure', has: ['post a'], steps: 'success success failure success' }],
    ['F8 state goes from pre to main to post of the same use only', '- uses: $/a\n- uses: $/a', { ...node('a', 'pre: x.js, main: m.js, post: m.js'), 'a/x.js': 'require("fs").appendFileSync(process.env.GITHUB_STATE, `who=${process.env.GITHUB_ACTION}\\n`)', 'a/m.js': 'console.log("state " + process.env.STATE_who); console.log("::save-state name=more::" + process.env.GITHUB_ACTION)' }, { order: ['state __self', 'state __self_2', 'state __self_2', 'state __self'] }],
  ])('%s', async (_name, steps, files, expected) => check(steps, files, expected));

  test.each([
    ["the runner's own schema lets in what it does not know, and wants no description", '$/loose', 'success', ''],
    ['a main that is not there fails the step', '$/gone', 'failure', "File not found: '"],
    ['an unknown `using`', '$/using', 'failure', "'using: node18' is not supported"],
    ['no `runs`', '$/empty', 'failure', "Top level 'runs:' section is required for action.yml"],
  ])('A3 action.yml: %s', async (_name, uses, conclusion, message) => {
    const files = { 'loose/action.yml': 'more: 1\nbranding: { icon: none }\nruns: { using: node24, main: m.js }\n', 'loose/m.js': '', 'gone/action.yml': 'runs: { using: node24, main: none.js }\n', 'using/action.yml': 'runs: { using: node18, main: m.js }\n', 'empty/action.yml': 'name: x\n' };
    const seen = await see({ ...oneJob(`- uses: ${uses}`), ...files });
    expect([seen.conclusion, seen.annotations.join(' ')]).toEqual([conclusion, expect.stringContaining(message)]);
  });

  test('A3 a $/ action that is missing fails the job before any step', async () => {
    const { jobs, conclusion } = await stage(oneJob('- run: echo first\n- uses: $/none'));
    expect([conclusion, jobs[0]?.result, jobs[0]?.steps]).toEqual(['failure', 'failure', []]);
  });

  test.each([
    ['A4 an empty path', '- uses: $/', /a path of the same repository is needed/u],
    ['A4 a ref', '- uses: $/a@v1', /and no ref/u],
    ['a container', '- uses: docker://alpine', /does not run container actions/u],
    ['a Docker action of the workspace', '- uses: actions/checkout@v4\n- uses: ./d', /does not run `using: docker`/u],
    ['a Docker action', '- uses: $/d', /does not run `using: docker`/u],
    ['an action of a repository that cannot be had', '- uses: actions/setup-node@v4', /actions\/setup-node@v4` cannot be had here/u],
    ['a checkout input without effect here', '- uses: actions/checkout@v4\n  with: { sparse-checkout: x }', /does not act on the input `sparse-checkout`/u],
    ['an action of elsewhere inside of a composite', '- uses: $/c', /cannot be had here/u],
  ])('%s is refused with its line, before anything starts', async (_name, steps, message) => {
    const files = { 'd/action.yml': 'name: d\ndescription: d\nruns: { using: docker, image: Dockerfile }\n', ...composite('c', '- uses: other/action@v1') };
    const { refused, jobs } = await stage({ ...oneJob(steps), ...files });
    expect(refused?.message).toMatch(message);
    expect(refused?.line).toBeGreaterThan(0);
    expect(jobs).toEqual([]);
  });
});

describe('composite actions', () => {
  test.each<[string, string, Record<string, string>, Expected]>([
    ['A5 inputs are a context, not INPUT_; secrets, vars and needs are not seen', '- uses: $/c\n  with: { who: you }', composite('c', '- shell: bash\n  run: echo "hello ${{ inputs.who }} ${{ inputs.more }} [$INPUT_WHO]"', 'inputs: { who: { description: d }, more: { description: d, default: "${{ github.actor }}" } }\n'), { has: ['hello you operator []'] }],
    ['A5 its steps have a scope of their own', '- id: x\n  run: echo "o=outer" >> "$GITHUB_OUTPUT"\n- uses: $/c\n- run: echo "outer ${{ steps.x.outputs.o }}"', composite('c', '- id: x\n  shell: bash\n  run: echo "[${{ steps.x.outputs.o }}]"; echo "o=inner" >> "$GITHUB_OUTPUT"\n- shell: bash\n  run: echo "inner ${{ steps.x.outputs.o }}"'), { has: ['[]', 'inner inner', 'outer outer'] }],
    ['A6 the env of the using step wins over GITHUB_ENV from inside, an inner env does not leak', '- uses: $/c\n  env: { A: step, B: step }\n- run: echo "after $A [$B]"', composite('c', '- shell: bash\n  run: echo "A=file" >> "$GITHUB_ENV"; echo "first $A $B"\n  env: { B: inner }\n- shell: bash\n  run: echo "second $A $B"'), { has: ['first step inner', 'second step step', 'after file []'] }],
    ['A7 an inner failure skips what follows, outputs are mapped anyway', '- id: c\n  uses: $/c\n  continue-on-error: true\n- run: echo "out ${{ steps.c.outputs.o }} ${{ steps.c.outcome }}"', composite('c', '- id: x\n  shell: bash\n  run: echo "o=1" >> "$GITHUB_OUTPUT"; exit 1\n- shell: bash\n  run: echo never\n- if: always()\n  shell: bash\n  run: echo always', 'outputs: { o: { description: d, value: "${{ steps.x.outputs.o }}" } }\n'), { has: ['out 1 failure', 'always'], lacks: ['never'] }],
    ['S3 inside, success() and failure() are about the composite so far', '- run: exit 1\n  continue-on-error: false\n- uses: $/c\n  if: always()', composite('c', '- shell: bash\n  run: echo "inside ${{ github.action_status }}"\n- if: failure()\n  shell: bash\n  run: echo never'), { conclusion: 'failure', steps: 'failure success', has: ['inside success'], lacks: ['never'] }],
    ['A7 continue-on-error inside', '- uses: $/c', composite('c', '- id: x\n  shell: bash\n  run: exit 1\n  continue-on-error: true\n- shell: bash\n  run: echo "on ${{ steps.x.outcome }} ${{ steps.x.conclusion }}"'), { has: ['on failure success'] }],
    ['A7 github.action_path is the action\'s, and only inside', '- uses: $/c\n- run: echo "[${{ github.action_path }}][$GITHUB_ACTION_PATH]"', composite('c', '- shell: bash\n  run: test -f "$GITHUB_ACTION_PATH/action.yml" && echo "path ${{ github.action_path == env.X }}"\n  env: { X: "${{ github.action_path }}" }'), { has: ['path true', '[][]'] }],
    ['A4 inside of a composite, $/ is that action\'s repository', '- uses: $/c', { ...composite('c', '- uses: $/d'), ...composite('d', '- shell: bash\n  run: echo nested') }, { has: ['nested'] }],
    ['H3 the job\'s defaults do not reach in', '- uses: $/c', composite('c', '- shell: bash\n  run: pwd'), { has: ['/shop'] }],
    ['S6 an outer timeout ends the inner step, which says so', '- uses: $/c\n  timeout-minutes: 1', composite('c', '- shell: bash\n  run: sleep 20\n- shell: bash\n  run: echo never'), { conclusion: 'failure', lacks: ['never'], annotations: ['error: The action has timed out.'] }],
    ['C9 annotations of inner steps count for the outer step', '- uses: $/c', composite('c', '- shell: bash\n  run: for i in 1 2 3 4 5 6; do echo "::notice::a$i"; done\n- shell: bash\n  run: for i in 1 2 3 4 5 6; do echo "::notice::b$i"; done'), { annotations: [...[1, 2, 3, 4, 5, 6].map((i) => `notice: a${i}`), ...[1, 2, 3, 4].map((i) => `notice: b${i}`)] }],
    ['S4 an inner if that cannot be evaluated ends the composite', '- uses: $/c', composite('c', "- if: fromJSON('{')\n  shell: bash\n  run: echo x\n- if: always()\n  shell: bash\n  run: echo never"), { conclusion: 'failure', lacks: ['never'] }],
  ])('%s', async (name, steps, files, expected) => {
    await check(steps, files, expected, name.startsWith('H3') ? '    defaults: { run: { working-directory: /usr } }\n' : '');
  });

  test('A7 nested posts run last in first out, each with its own state', async () => {
    const files = { ...composite('c', '- uses: $/a\n- uses: $/a'), ...node('a', 'main: m.js, post: p.js'), 'a/m.js': 'require("fs").appendFileSync(process.env.GITHUB_STATE, `pid=${process.pid}\\n`); console.log("main " + process.pid)', 'a/p.js': 'console.log("post " + process.env.STATE_pid)' };
    const { log } = await see({ ...oneJob('- uses: $/c'), ...files });
    const [first, second, ...posts] = log.split('\n').filter((line) => /^(?:main|post) /u.test(line));
    expect(posts).toEqual([second, first].map((line) => line?.replace('main', 'post')));
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['A5 run needs a shell', composite('c', '- run: echo x'), /shell/u],
    ['A5 secrets are not known', composite('c', '- shell: bash\n  run: echo ${{ secrets.X }}'), /secrets/u],
    ['A5 timeout-minutes is not known', composite('c', '- shell: bash\n  run: echo\n  timeout-minutes: 1'), /timeout-minutes/u],
    ['A7 ten composites in a row are too deep', Object.assign({}, ...Array.from({ length: 12 }, (_, i) => composite(i === 0 ? 'c' : `c${i}`, i === 11 ? '- shell: bash\n  run: echo deep' : `- uses: $/c${i + 1}`))) as Record<string, string>, /depth exceeded max depth 9/u],
  ])('%s: the job fails before any step', async (_name, files, message) => {
    const seen = await see({ ...oneJob('- run: echo first\n- uses: $/c'), ...files });
    expect(seen.conclusion).toBe('failure');
    expect(seen.annotations.join('\n')).toMatch(message);
    expect(seen.steps).toBe('');
  });
});
