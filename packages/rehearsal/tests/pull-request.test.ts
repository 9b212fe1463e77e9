import { expect, test } from '@jest/globals';
import { parseCommandLine } from '../src/command-line.ts';
import { eventOf, narrowed, refOf } from '../src/pull-request.ts';
import { commandLine } from './stage.ts';

const head = { repository: 'example/shop', branch: 'develop', sha: 'a'.repeat(40), actor: 'operator' };

test.each([
  [['--pull-request', '12'], { number: 12, action: 'opened', fork: false }],
  [['--pull-request', '12', '--action', 'closed', '--fork'], { number: 12, action: 'closed', fork: true }],
  [[], null],
])('%j: the lane runs for %j', (flags, pullRequest) => {
  expect(parseCommandLine(['preview-storefront', ...flags])).toMatchObject({ options: { pullRequest } });
});

test.each([
  [['--pull-request', 'twelve'], "option '--pull-request <n>' argument 'twelve' is invalid. It must be the number of a pull request, for example 12."],
  [['--pull-request', '12', '--action', 'merged'], 'Allowed choices are opened, synchronize, reopened, closed.'],
  [['--fork'], '--fork is of a pull request. For example: --pull-request 12 --fork'],
  [['--action', 'closed'], '--action is of a pull request. For example: --pull-request 12 --action closed'],
  [['--pull-request', '12', '-f', 'environment=staging'], '-f "environment=staging" is an input of a dispatch, and --pull-request 12 is another event.'],
])('%j is refused before anything starts', async (flags, said) => {
  expect(await commandLine('preview-storefront', ...flags)).toEqual({ exitCode: 2, said: expect.stringContaining(said) as unknown });
});

test('the head of a fork is of another repository, that of a branch of this one', () => {
  const heads = [true, false].map((fork) => eventOf({ number: 12, action: 'opened', fork }, head).payload?.['pull_request']);
  expect(heads).toEqual([
    expect.objectContaining({ head: { ref: 'develop', sha: head.sha, repo: { full_name: 'somebody/shop', fork: true } } }),
    expect.objectContaining({ head: { ref: 'develop', sha: head.sha, repo: { full_name: 'example/shop', fork: false } } }),
  ]);
  expect(refOf({ number: 12, action: 'opened', fork: true })).toBe('refs/pull/12/merge');
});

test('the token of a fork only reads, and says to nobody who it is', () => {
  expect(narrowed({ contents: 'write', 'pull-requests': 'write', 'id-token': 'write', actions: 'read' })).toEqual({ contents: 'read', 'pull-requests': 'read', actions: 'read' });
});
