import { appendFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openWorkerStage, type Ran, type WorkerStage } from './stage/worker-world.ts';

// Each installs wrangler, with its 200 MB, or reads all of it.
jest.setTimeout(180_000);

const subject = subjectOf('cf-worker-deploy');
const STORE = join(import.meta.dirname, '../../../.cache/npm-store');
let stage: WorkerStage;
let machine: string;
beforeAll(async () => {
  stage = await openWorkerStage();
  machine = await mkdtemp(join(tmpdir(), 'machine-'));
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await rm(machine, { recursive: true, force: true });
});

const TOOLS = (): string => join(machine, 'tools');
/** Its npm installs from the store that the bootstrap filled, or from an empty one. */
async function deploy({ store = STORE, tools = TOOLS(), more = {} }: { store?: string; tools?: string; more?: Readonly<Record<string, string>> } = {}): Promise<Ran> {
  await writeFile(join(machine, '.npmrc'), `cache=${store}\noffline=true\n`);
  await stage.reset();
  return stage.deploy({ commit: 'suite', environment: { HOME: machine, RUNNER_TOOL_CACHE: tools, ...more } });
}

/** The places of installed trees, from the tool cache's root. */
async function kept(): Promise<string[]> {
  const folders = await readdir(join(TOOLS(), 'vendure-deploy-wrangler'), { recursive: true, withFileTypes: true });
  return folders.filter((entry) => entry.isDirectory() && entry.name === 'node_modules' && !entry.parentPath.includes('node_modules')).map(({ parentPath }) => parentPath);
}

test("without tools.wrangler the suite's own deploys: installed once, found again, and put right where somebody touched it", async () => {
  const first = await deploy();
  expectEnding(first.main, subject, { decision: 'done', reasonCode: 'deployed' });
  expect(first.main.log).toMatch(/Installing wrangler \d+\.\d+\.\d+ by the suite's lock file/u);
  expect(first.main.log).not.toContain('install: ');
  expect(stage.twin.cloudflare.serves('shop-dashboard')).toBe(stage.sha.suite);
  const [place = '', ...more] = await kept();
  expect(more).toEqual([]);

  const second = await deploy({ store: join(machine, 'no-store') });
  expectEnding(second.main, subject, { decision: 'done', reasonCode: 'deployed' });
  expect(second.main.log).toMatch(/wrangler \d+\.\d+\.\d+ from the tool cache/u);

  await appendFile(join(place, 'node_modules/wrangler/wrangler-dist/cli.js'), '\n// somebody else\n');
  const third = await deploy();
  expectEnding(third.main, subject, { decision: 'done', reasonCode: 'deployed' });
  expect(third.main.log).toContain('is not as npm installed it; it is removed, and installed anew');
  expect(await kept()).toEqual([place]);
  const fourth = await deploy({ store: join(machine, 'no-store') });
  expectEnding(fourth.main, subject, { decision: 'done', reasonCode: 'deployed' });
});

test('where the tool cache cannot be written, it is installed for this job alone', async () => {
  const file = join(machine, 'a-file');
  await writeFile(file, '');
  const ran = await deploy({ tools: file });
  expectEnding(ran.main, subject, { decision: 'done', reasonCode: 'deployed' });
});

test('without npm, and where npm reaches no registry, one sentence says so and nothing was written', async () => {
  const bare = join(machine, 'bare');
  await mkdir(bare);
  await symlink('/usr/bin/git', join(bare, 'git'));
  const cases: [Ran, string][] = [
    [await deploy({ tools: join(machine, 'empty'), more: { PATH: bare } }), 'could not be installed: npm could not be started, which installs it. Put Node with npm on PATH'],
    [await deploy({ tools: join(machine, 'empty'), store: join(machine, 'no-store') }), 'May this runner reach the registry that npm is configured for?'],
  ];
  for (const [ran, sentence] of cases) {
    expectEnding(ran.main, subject, { decision: 'failed', reasonCode: 'tool-unavailable' });
    expect(annotations(ran.main)[0]).toContain(sentence);
    expect(ran.writes).toEqual([]);
  }
});

test.each([
  ['hollow', 'apps/dashboard/wrangler.jsonc names dist/server/index.js as `main`, and the artifact does not hold it. Add it to `artifact` of the dashboard'],
  ['building', 'apps/dashboard/wrangler.jsonc has `build.command` (npm run build), which wrangler would run beside the token. Move it into `build` of the dashboard'],
] as const)('an artifact that is %s never reaches wrangler', async (commit, sentence) => {
  const old = await stage.reset();
  const { main, writes } = await stage.deploy({ commit });
  expectEnding(main, subject, { decision: 'failed', reasonCode: 'invalid-config' });
  expect(annotations(main)[0]).toContain(sentence);
  expect([writes, await stage.live()]).toEqual([[], { [old]: 100 }]);
});
