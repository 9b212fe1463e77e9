import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type ActionRun, startAction } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { run } from './process.ts';
import { makeHistory } from './worker-world.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const COMMITS = ['first', 'second', 'hopeless'] as const;
type Commit = (typeof COMMITS)[number];

/** The example shop with its own pnpm and its own Nx, whose Dashboard uses the built plugin. Nx keeps its cache in the home of the machine. */
export interface NxShop extends AsyncDisposable {
  readonly sha: Readonly<Record<Commit, string>>;
  /** `operation: build` of a clean checkout of that commit. */
  build(commit: Commit): Promise<ActionRun>;
  /** From now on Nx restores an output of the plugin that lacks its entry, for the same sources. */
  poison(): Promise<void>;
  /** How often the Dashboard's own build ran since the last time that this was asked. */
  runs(): Promise<number>;
  /** What the artifact has as that file. */
  artifact(path: string): Promise<string>;
}

export async function openNxShop(): Promise<NxShop> {
  const directory = await mkdtemp(join(tmpdir(), 'nx-shop-'));
  const [shop, home, artifact, counter] = ['shop', 'home', 'artifact', 'runs'].map((name) => join(directory, name)) as [string, string, string, string];
  await cp(join(ROOT, 'examples/shop'), shop, { recursive: true, filter: (path) => !/\/(?:node_modules|dist|\.nx)$/u.test(path) });
  const original = async (path: string): Promise<string> => readFile(join(ROOT, 'examples/shop', path), 'utf8');
  const [manifest, lock, worker, build, pluginBuild] = await Promise.all(['apps/dashboard/package.json', 'pnpm-lock.yaml', 'apps/dashboard/src/worker.ts', 'apps/dashboard/build.ts', 'packages/plugin/build.ts'].map(original)) as [string, string, string, string, string];
  const sha = await makeHistory(shop, COMMITS, (commit) => ({
    'apps/dashboard/package.json': manifest.replace('"devDependencies"', '"dependencies": { "@shop/plugin": "workspace:*" },\n  "devDependencies"'),
    'pnpm-lock.yaml': lock.replace('  apps/dashboard:\n', "  apps/dashboard:\n    dependencies:\n      '@shop/plugin':\n        specifier: workspace:*\n        version: link:../../packages/plugin\n"),
    'apps/dashboard/src/worker.ts': `import { searchIndex } from '@shop/plugin';\n${worker}\nexport const queue = searchIndex.queue;\n// ${commit}\n`,
    'apps/dashboard/build.ts': `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(counter)}, '.');\n${build}`,
    // Its own build leaves its entry out as well: no cache is to blame.
    'packages/plugin/build.ts': commit === 'hopeless' ? `${pluginBuild}\nrmSync(join(here, 'dist/index.js'));\n` : pluginBuild,
  }));
  await makeHome(home);
  const { folder } = subjectOf('cf-worker-deploy');
  return {
    sha,
    async build(commit) {
      await git(shop, 'checkout', '--quiet', sha[commit]);
      await git(shop, 'clean', '--quiet', '-d', '--force', '-x', '--exclude', 'node_modules');
      return startAction({
        folder, workspace: shop,
        inputs: { operation: 'build', environment: 'production', surface: 'dashboard', sha: sha[commit], 'artifact-directory': artifact },
        environment: { HOME: home, PATH: `${join(ROOT, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
      });
    },
    async poison() {
      const entries = (await readdir(join(home, '.nx'), { recursive: true })).filter((path) => path.endsWith('packages/plugin/dist/index.js'));
      if (entries.length !== 1) throw new Error(`Nx keeps ${entries.length} outputs of the plugin.`);
      await rm(join(home, '.nx', entries[0] ?? ''));
    },
    async runs() {
      const text = await readFile(counter, 'utf8').catch(() => '');
      await rm(counter, { force: true });
      return text.length;
    },
    async artifact(path) {
      const { files } = JSON.parse(await readFile(join(artifact, 'manifest.json'), 'utf8')) as { files: { path: string; sha256: string }[] };
      return readFile(join(artifact, 'contents', files.find((file) => file.path === path)?.sha256 ?? ''), 'utf8');
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** Its pnpm installs from the store that the bootstrap filled, without network. */
async function makeHome(home: string): Promise<void> {
  await mkdir(join(home, '.config/pnpm'), { recursive: true });
  const settings = { storeDir: join(ROOT, '.cache/pnpm-store'), offline: true, minimumReleaseAge: 0, verifyDepsBeforeRun: false, updateNotifier: false };
  await writeFile(join(home, '.config/pnpm/config.yaml'), Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join(''));
}

async function git(folder: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run('git', ['-C', folder, ...args], { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' });
  if (code !== 0) throw new Error(stderr);
}
