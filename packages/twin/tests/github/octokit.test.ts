import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Work } from './octokit-client.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => { stage = await openStage(); });
afterAll(() => stage.stop());

test('it reads the repository, and the branch that it calls its default one', async () => {
  expect(await octokit('repository')).toEqual({ name: 'example/shop', ref: 'refs/heads/main', sha: await stage.github.headOf('example/shop') });
});

test('it records a deployment and its statuses, and finds them by environment and commit, newest first', async () => {
  expect(await octokit('deployment')).toEqual({
    listed: [{ isOurs: true, environment: 'production', payload: { 'run-id': 7 } }],
    elsewhere: 0,
    statuses: [{ state: 'success', environment_url: 'https://shop.example' }, { state: 'in_progress', environment_url: '' }],
  });
});

test('it commits to a branch with a slash, and compares it with the default branch, files included', async () => {
  expect(await octokit('comparison')).toEqual({ status: 'ahead', ahead: 1, messages: ['Add a server'], files: ['modified README.md', 'added server.ts'] });
});

test('it writes comments to a pull request, finds all of them over the pages, and changes one in its place', async () => {
  expect(await octokit('comments')).toEqual({ before: 0, listed: 101, last: '101', changed: '101, again', elsewhere: 0 });
});

test.each<[Work, Parameters<Stage['github']['issueToken']>[0], number, string]>([
  // what it asks          what the job's token may    what octokit reports
  ['missing-ref',          { contents: 'read' },       404, 'Not Found'],
  ['missing-repository',   { contents: 'read' },       404, 'Not Found'],
  ['create-deployment',    { deployments: 'read' },    403, 'Resource not accessible by integration'],
  ['list-deployments',     { contents: 'write' },      403, 'Resource not accessible by integration'],
  ['create-comment',       { 'pull-requests': 'read' }, 403, 'Resource not accessible by integration'],
  ['create-comment',       { contents: 'write' },      403, 'Resource not accessible by integration'],
  ['change-comment',       { 'pull-requests': 'write' }, 404, 'Not Found'],
])('%s with the permissions %j is a %i', async (work, permissions, status, message) => {
  expect(await octokit(work, stage.github.issueToken(permissions))).toEqual({ status, message: expect.stringContaining(message) });
});

test('a token that GitHub never gave out is a 401', async () => {
  expect(await octokit('missing-ref', 'ghs_unknown')).toEqual({ status: 401, message: expect.stringContaining('Bad credentials') });
});

/** As a process, so that only its environment leads it to the twin. */
async function octokit(work: Work, token = stage.token): Promise<unknown> {
  return JSON.parse(await stage.run(process.execPath, join(import.meta.dirname, 'octokit-client.ts'), work, token));
}
