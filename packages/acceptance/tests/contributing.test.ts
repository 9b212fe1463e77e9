import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { readTable } from '../src/index.ts';
import { deedsOf, spansOf, stepsOf } from './contributing/text.ts';
import { openTree, root, type Tree } from './contributing/tree.ts';

// Each runs the tests that its recipe names, in a jest of its own.
jest.setTimeout(180_000);

const text = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8');
const RECIPES = ['An input of an action', 'An action', 'A fault', 'A call to a provider'];

test.each(RECIPES)('%s: at most ten steps, with something to do and with a test to run at the end', (heading) => {
  const steps = stepsOf(text, heading);
  const deeds = steps.flatMap(deedsOf);
  expect(steps.length).toBeLessThanOrEqual(10);
  expect(deeds.filter(({ kind }) => kind !== 'run').length).toBeGreaterThan(1);
  expect(deeds.at(-1)).toMatchObject({ kind: 'run', command: expect.stringMatching(/^script\/test /u) as unknown });
});

test('every file that the text names is there', () => {
  const named = spansOf(text.replaceAll(/```[\s\S]*?```/gu, '')).filter((span) => /^(?:actions|packages|docs|script|\.github)\/[\w./-]+$/u.test(span));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test.concurrent('an input: without its tables the contract is broken; followed to the end, it holds and the types fit', async () => {
  await using tree = await openTree(['post-deploy-verify']);
  const steps = stepsOf(text, 'An input of an action');
  const contract = steps.slice(-1);
  await tree.follow(steps.slice(0, 2));
  await expect(tree.follow(contract)).rejects.toThrow('pause-seconds');
  await tree.follow(steps.slice(2));
  const metadata = parse(await tree.read('actions/post-deploy-verify/action.yml')) as { inputs: Record<string, unknown> };
  expect(metadata.inputs['pause-seconds']).toEqual({ description: 'Pause before the first attempt', required: false, default: '0' });
  expect(readTable(await tree.read('actions/post-deploy-verify/README.md'), 'inputs').map(([name]) => name)).toContain('pause-seconds');
  await typesFit(tree, 'actions/post-deploy-verify');
});

test.concurrent('an action: it is built, started, listed, and keeps the contract', async () => {
  await using tree = await openTree(['post-deploy-verify']);
  const steps = stepsOf(text, 'An action');
  await tree.follow(steps.slice(0, 2));
  // A build takes its time for each action: the one that was copied is not built again.
  await rm(join(tree.directory, 'actions/post-deploy-verify'), { recursive: true });
  await tree.follow(steps.slice(2));
  expect(await tree.read('package-lock.json')).toContain('"actions/announce"');
  expect(await tree.read('README.md')).toMatch(/^\| \[announce\]\(actions\/announce\/README\.md\)/mu);
  expect(parse(await tree.read('actions/announce/action.yml'))).toMatchObject({ name: 'announce', runs: { main: 'dist/index.js' } });
  // The bundle itself, without an input: it answers under its own name.
  await expect(tree.run('node', ['actions/announce/dist/index.js'])).rejects.toThrow('::error::announce: input `environment` is empty');
  await typesFit(tree, 'actions/announce');
});

test.concurrent('a fault: it parses, the proxy acts it out, and its own tests are the ones that ran', async () => {
  await using tree = await openTree([]);
  await tree.follow(stepsOf(text, 'A fault'));
  expect(await evaluated(tree, `import { parseFault } from '@vendure-deploy/twin'; console.log(JSON.stringify(parseFault('shop GET /version 1 empty').effect));`)).toEqual({ kind: 'empty' });
  await typesFit(tree, 'packages/twin');
});

test.concurrent("a call to a provider: the client's question is one that the twin answers", async () => {
  await using tree = await openTree(['preflight']);
  await tree.follow(stepsOf(text, 'A call to a provider'));
  expect(await evaluated(tree, ASK)).toEqual([]);
  // It asks the client, and the compiler reads the client with it.
  await typesFit(tree, 'actions/preflight');
});

const ASK = `
import { createGithubWorld } from '@vendure-deploy/twin';
import { githubClient } from '@vendure-deploy/shared/providers/github';
import { Secret } from '@vendure-deploy/shared/secrets';
const github = createGithubWorld({ directory: process.cwd() + '/world' });
await github.createRepository('example/shop');
github.setRun({ id: 7, repository: 'example/shop', status: 'in_progress', startedAt: '2026-01-01T00:00:00Z' });
const http = { request: async ({ method, url, headers }) => {
  const answer = await github.provider.fetch(new Request(url, { method, headers: { ...headers, authorization: headers.authorization.reveal() } }));
  const text = await answer.text();
  return { kind: 'response', status: answer.status, headers: {}, json: () => JSON.parse(text) };
} };
const token = new Secret(github.issueToken({ actions: 'read' }));
console.log(JSON.stringify(await githubClient({ http, token, apiUrl: 'https://api.github.com' }).approvedBy('example/shop', 7)));
`;

/** What a program in the copy's acceptance package prints as JSON. */
async function evaluated(tree: Tree, program: string): Promise<unknown> {
  return JSON.parse(await tree.run('node', ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', '--input-type=module', '-e', program]));
}

async function typesFit(tree: Tree, folder: string): Promise<void> {
  await tree.run('node', ['node_modules/typescript7/bin/tsc', '-p', folder]);
}
