import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { inWordsOf } from '@vendure-deploy/shared/action';
import { commandOf } from '../src/command-line.ts';
import { approvals, confirmed, toConfirm } from '../src/confirm.ts';
import { stepEnvironment } from '../src/environment.ts';
import { interrupts } from '../src/interrupts.ts';
import { screenOf, shortNames } from '../src/view.ts';

const job = (environment: string | null, contents: 'write' | 'read' = 'read') => ({ environment, permissions: { contents } });

describe('what has to be confirmed', () => {
  test.each<[string, ReturnType<typeof job>[], Record<string, unknown>, string | null]>([
    ['a lane whose environment has reviewers', [job('production-approval'), job('production', 'write')], {}, 'production'],
    ['reviewers of another environment', [job('live-approval'), job('live', 'write')], {}, 'live'],
    ['a lane that writes to production', [job('production', 'write')], {}, 'production'],
    ['one whose lock another job takes', [job('production'), job('', 'write')], {}, 'production'],
    ['one that only reads production', [job('production')], {}, null],
    ['staging', [job('staging', 'write')], {}, null],
    ['an environment that only the run will know', [job(null), job('staging', 'write')], {}, 'production'],
    ['a dry run', [job('production-approval'), job('production', 'write')], { dry_run: true }, null],
  ])('%s', (_, jobs, inputs, expected) => expect(toConfirm(jobs, inputs)).toBe(expected));

  test('it is the answer that reviewers would give', () => expect(approvals([job('production-approval'), job('production'), job(null)])).toEqual({ 'production-approval': 'yes' }));

  const asked = { wanted: 'production', given: null, environments: ['production'], what: 'This is production', command: 'script/deploy x', terminal: null, signal: new AbortController().signal };
  test.each<[string, string, boolean]>([
    ['the name', 'production', true],
    ['the name, with spaces around it', ' production ', true],
    ['yes', 'yes', false],
    ['nothing', '', false],
  ])('typed %s', async (_, text, expected) => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const answer = confirmed({ ...asked, terminal: { input, output } });
    input.write(`${text}\n`);
    expect(await answer).toBe(expected);
    expect(String(output.read())).toContain('Type production to go on');
  });

  test('a Ctrl-C is no', async () => {
    const stop = new AbortController();
    const answer = confirmed({ ...asked, terminal: { input: new PassThrough(), output: new PassThrough() }, signal: stop.signal });
    stop.abort();
    expect(await answer).toBe(false);
  });

  test.each<[string, string | null, string | null, RegExp]>([
    ['nobody can be asked', 'production', null, /no terminal at which to ask\. Nothing was started\. .*script\/deploy x --confirm production$/u],
    ['another name is given', 'production', 'staging', /what has to be confirmed is "production"/u],
    ['a run that is about another environment', null, 'staging', /this run is about production\. Nothing was started/u],
  ])('refused: %s', async (_, wanted, given, sentence) => { await expect(confirmed({ ...asked, wanted, given })).rejects.toThrow(sentence); });

  test('the environment of a run that asks nobody may be confirmed, too', async () => { expect(await confirmed({ ...asked, wanted: null, given: 'staging', environments: ['staging'] })).toBe(true); });
});

test('of the shell a step sees where tools, network and AWS profile are, and no token', () => {
  const shell = { PATH: '/bin', HOME: '/home/operator', AWS_PROFILE: 'shop', AWS_REGION: 'eu-west-1', HTTPS_PROXY: 'http://proxy', GIT_SSL_CAINFO: '/ca', TZ: '' };
  const more = { FLY_API_TOKEN: 'a', GITHUB_TOKEN: 'b', GH_TOKEN: 'c', AWS_SECRET_ACCESS_KEY: 'd', AWS_SESSION_TOKEN: 'e', NODE_OPTIONS: '--import=x', NPM_TOKEN: 'f', MY_SECRET: 'g' };
  const { TZ: _, ...seen } = shell;
  expect(stepEnvironment({ ...shell, ...more })).toEqual(seen);
});

test.each<[string, string]>([
  ['Deploy it:  gh workflow run deploy-production.yml -f ref=abc -f vendure=false', 'Deploy it:  script/deploy deploy-production -f ref=abc -f vendure=false'],
  ['gh workflow run deploy-lock.yml -R example/shop -f environment=production', 'script/deploy deploy-lock -f environment=production'],
  ['Again:  gh run rerun 12345 --failed .', 'Again:  script/deploy x -f a=1 .'],
  ['Look:  gh run view 7 -R example/shop', 'Look:  gh run view 7 -R example/shop'],
])('a command for GitHub becomes one for this machine: %s', (text, expected) => expect(inWordsOf({ command: 'script/deploy x -f a=1' }, text)).toBe(expected));

test('the command that does it again says neither how it is shown nor that it is confirmed', () => {
  expect(commandOf({ workflow: 'deploy-production', ref: 'main', inputs: { dashboard: 'false', reason: "it's red" }, repo: '.', secretFiles: ['/s'] })).toBe("script/deploy deploy-production --ref main -f dashboard=false -f 'reason=it'\\''s red' --secret-file /s");
});

test('Ctrl-C: once cancels, twice says what is at work and for how long, three times kills, and more is nothing', () => {
  const did: string[] = [];
  const press = interrupts({ cancel: () => did.push('cancel'), kill: () => did.push('kill'), running: () => [{ name: 'vendure', seconds: 12.4, line: 'Waiting' }], say: (text) => did.push(text) });
  for (let times = 0; times < 4; times += 1) press();
  expect(did).toEqual([expect.stringMatching(/^Cancelling: /u), 'cancel', expect.stringContaining('Still at work: vendure, for 12 s (Waiting). Once more kills it'), expect.stringMatching(/^Killing/u), 'kill']);
});

test('the live view has a line for each phase, none wider than the terminal, and what is left of the budget', () => {
  const phases = new Map([
    ['deploy / preflight', { state: 'success', since: 0, seconds: 1.25, line: 'over' }],
    ['deploy / vendure', { state: 'running', since: 4_000, seconds: 0, line: `待機中 ${'x'.repeat(90)}` }],
    ['deploy / report', { state: 'waiting', since: 0, seconds: 0, line: '' }],
  ] as const);
  const progress = { title: 'deploy', startedAt: 0, budgetSeconds: 300, phases, notice: 'A notice.' };
  const lines = screenOf(progress, 10_000, 60).split('\n');
  expect(lines.map((line) => line.slice(0, 41).trimEnd())).toEqual(['deploy   10 s of 300 s, 290 s left', '  ✓ preflight  success       1.3 s', '  ▸ vendure    running       6.0 s  待機中', '  · report     waiting', '', 'A notice.'].map((line) => expect.stringContaining(line)));
  expect(lines[2]?.endsWith('…')).toBe(true);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(60);
  expect(screenOf({ ...progress, budgetSeconds: 8 }, 10_000, 60)).toContain('10 s of 8 s, 2 s over');
});

test('names are short where that tells them apart', () => {
  expect([...shortNames(['a / b', 'a / c']).values()]).toEqual(['b', 'c']);
  expect([...shortNames(['a / b', 'c / b']).values()]).toEqual(['a / b', 'c / b']);
});
