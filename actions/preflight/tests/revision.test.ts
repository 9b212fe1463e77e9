import { expect, test } from '@jest/globals';
import { decide, readRef } from '../src/revision.ts';

const sha = 'a'.repeat(40);
const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];

test.each([
  ['ref=develop', /Type only the branch, tag or SHA: develop$/],
  ['ref: develop', /Type only the branch, tag or SHA: develop$/],
  ['REF = develop', /Type only the branch, tag or SHA: develop$/],
  ['-f ref=develop', /Type only the branch, tag or SHA: develop$/],
  ['--ref develop', /Type only the branch, tag or SHA: develop$/],
  ['ref=', /Type only the branch, tag or SHA: develop$/],
  ['main branch', /git does not allow/],
  ['--upload-pack=x', /git does not allow/],
  ['a..b', /git does not allow/],
])('ref %j is refused with what to type', (text, message) => expect(() => readRef(text)).toThrow(message));

test.each(['', 'main', 'feature/x-1', 'v1.2.3', 'ref', 'refs/heads/ref=develop', 'reference', sha])('ref %j is a name to ask GitHub for', (text) => expect(readRef(text)).toBe(text));

const NOTHING = { branch: null, tag: null, commit: null };
const short = 'abc1234';
test.each<[string, string, Parameters<typeof decide>[1], unknown]>([
  // what it is           typed               what GitHub has                               the commit, and what is said of it
  ['a branch', 'develop', { ...NOTHING, branch: one }, { sha: one, from: 'branch develop', doubt: '' }],
  ['a tag', 'v1', { ...NOTHING, tag: one }, { sha: one, from: 'tag v1', doubt: '' }],
  ['a branch before a tag', 'v1', { ...NOTHING, branch: one, tag: two }, { sha: one, doubt: expect.stringContaining('refs/tags/v1') }],
  ['the tag, by its full name', 'refs/tags/v1', { ...NOTHING, tag: two }, { sha: two, from: 'tag v1', doubt: '' }],
  ['the branch, by its full name', 'refs/heads/v1', { ...NOTHING, branch: one }, { sha: one, from: 'branch v1', doubt: '' }],
  ['a SHA', sha, { ...NOTHING, commit: sha }, { sha, from: `sha ${sha}`, doubt: '' }],
  ['a SHA that a branch is called as well', sha, { branch: one, tag: null, commit: sha }, { sha, doubt: expect.stringContaining(`type refs/heads/${sha} to mean the branch`) }],
  ['a SHA that only a branch is called', sha, { ...NOTHING, branch: one }, { kind: 'none', next: `Type refs/heads/${sha} to mean the branch.` }],
  ['a SHA that only a tag is called', sha, { ...NOTHING, tag: one }, { kind: 'none', next: `Type refs/tags/${sha} to mean the tag.` }],
  ['a SHA that is not there', sha, NOTHING, { kind: 'none', why: `there is no commit ${sha}` }],
  ['a short SHA', short, { ...NOTHING, commit: three }, { sha: three, from: `commit ${short}`, doubt: '' }],
  ['a branch that looks like a short SHA', short, { branch: one, tag: null, commit: three }, { sha: one, doubt: expect.stringContaining('type all 40 digits') }],
  ['a word that is hexadecimal by chance', 'cafe', { ...NOTHING, branch: one }, { sha: one, doubt: '' }],
  ['digits that no commit or several begin with', short, NOTHING, { kind: 'none', next: expect.stringContaining('git rev-parse abc1234') }],
  ['a branch of a remote', 'origin/develop', NOTHING, { kind: 'none', next: 'Type it without the remote: develop' }],
  ['a branch that is gone', 'refs/heads/gone', NOTHING, { kind: 'none', why: 'there is no branch gone' }],
])('%s', (_, name, candidates, expected) => expect(decide(name, candidates)).toMatchObject(expected as object));
