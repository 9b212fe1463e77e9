import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createFaultScript, createGithubWorld, createRecorder, type GithubWorld, type Proxy, startProxy } from '@vendure-deploy/twin';
import { conformanceTool } from '../stage/conformance-tools.ts';
import { openRecipes, type Recipes } from './stage.ts';

jest.setTimeout(60_000);

const run = promisify(execFile);
const CALLER = join(import.meta.dirname, '../../../../examples/ritsubi-caller');
const REPOSITORY = 'example/platform';
let folder: string;
let github: GithubWorld;
let proxy: Proxy;
let recipes: Recipes;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gh-'));
  github = createGithubWorld({ directory: folder });
  const recorder = createRecorder(folder);
  proxy = await startProxy({ directory: folder, providers: [github.provider], faults: () => createFaultScript([], { speed: 10 }), recorder, speed: 10, latencyMs: 0 });
  await github.createRepository(REPOSITORY, await repositoryOf(join(folder, 'caller')));
  recipes = await openRecipes({ gh: conformanceTool('gh') });
  environment = { ...proxy.environment, GH_REPO: REPOSITORY, GH_TOKEN: github.issueToken({ actions: 'write', contents: 'read' }, 'operator'), GH_CONFIG_DIR: join(folder, 'gh') };
});
afterAll(async () => {
  await recipes[Symbol.asyncDispose]();
  await proxy.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each<[recipe: readonly string[], workflow: string, ref: string, changed: Readonly<Record<string, string>>]>([
  [['manual-deploy-staging'],                                           'deploy-staging.yml',    'develop', {}],
  [['manual-deploy-staging', 'develop', 'true', 'true', 'true', 'true'], 'deploy-staging.yml',    'develop', { allow_pending_migration: 'true' }],
  [['manual-deploy-staging', 'develop', 'true', 'false'],               'deploy-staging.yml',    'develop', { storefront: 'false' }],
  [['manual-deploy-production'],                                        'deploy-production.yml', 'main',    {}],
])('the real gh: just %j is the dispatch that the form in the browser sends', async (recipe, workflow, ref, changed) => {
  const { exitCode, said } = await recipes.just(recipe, { environment });
  expect({ exitCode, said }).toMatchObject({ exitCode: 0 });
  await dispatchedByForm(workflow, ref, changed);
  const [byGh, byForm] = github.dispatches().slice(-2);
  expect(byGh).toEqual(byForm);
  expect(byGh).toMatchObject({ repository: REPOSITORY, workflow, ref, inputs: { vendure: 'true', ...changed } });
});

test('the real gh: a branch that there is not is refused in GitHub\'s own words', async () => {
  const before = github.dispatches().length;
  const { exitCode, said } = await recipes.just(['manual-deploy-staging', 'nowhere'], { environment });
  expect(said).toContain('No ref found for: nowhere');
  expect({ exitCode, taken: github.dispatches().length - before }).toEqual({ exitCode: 1, taken: 0 });
});

/** The form has every input, filled in; a person changes some. */
async function dispatchedByForm(workflow: string, ref: string, changed: Readonly<Record<string, string>>): Promise<void> {
  const { parse } = await import('yaml');
  const { stdout } = await run('git', ['-C', github.bare(REPOSITORY), 'show', `${ref}:.github/workflows/${workflow}`]);
  const { on } = parse(stdout) as { on: { workflow_dispatch: { inputs: Record<string, { default: unknown }> } } };
  const inputs = { ...Object.fromEntries(Object.entries(on.workflow_dispatch.inputs).map(([name, one]) => [name, String(one.default)])), ...changed };
  const response = await github.provider.fetch(new Request(`https://api.github.com/repos/${REPOSITORY}/actions/workflows/${workflow}/dispatches`, {
    method: 'POST', headers: { authorization: `token ${environment['GH_TOKEN'] ?? ''}` }, body: JSON.stringify({ ref, inputs }),
  }));
  expect(response.status).toBe(204);
}

async function repositoryOf(directory: string): Promise<string> {
  await cp(CALLER, directory, { recursive: true });
  const git = (...args: string[]): Promise<unknown> => run('git', ['-C', directory, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Call the lanes');
  await git('branch', 'develop');
  return directory;
}
