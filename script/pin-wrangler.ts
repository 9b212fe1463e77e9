/**
 * Pins the wrangler of cf-worker-deploy: a lock file with every package's integrity, and for each platform that the suite knows the digest of the whole
 * tree that npm lays out by it. Needs the registry that npm is configured for; no host of it is written down.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NPM_FLAGS } from '../actions/cf-worker-deploy/src/wrangler/npm.ts';
import { treeDigest } from '../actions/cf-worker-deploy/src/wrangler/tree.ts';

/** Where the tree that the lock file gives is known as a whole, and how npm is told to lay out that platform's. */
const PLATFORMS: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['--os=linux', '--cpu=x64', '--libc=glibc'],
  'linux-arm64': ['--os=linux', '--cpu=arm64', '--libc=glibc'],
  'darwin-x64': ['--os=darwin', '--cpu=x64'],
  'darwin-arm64': ['--os=darwin', '--cpu=arm64'],
};

const run = promisify(execFile);
const pinned = join(import.meta.dirname, '../actions/cf-worker-deploy/src/wrangler/pinned');

const project = JSON.parse(await readFile(join(pinned, 'package.json'), 'utf8')) as { dependencies: { wrangler: string } };
const version = process.argv[2] ?? project.dependencies.wrangler;
if (!/^\d+\.\d+\.\d+$/u.test(version)) throw new Error(`pin-wrangler: "${version}" is no version. Give one of wrangler's, as 4.156.0.`);

const folder = await mkdtemp(join(tmpdir(), 'pin-wrangler-'));
try {
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...project, dependencies: { wrangler: version } }, null, 2)}\n`);
  await npm('install', '--package-lock-only', '--omit-lockfile-registry-resolved');
  const trees: Record<string, string> = {};
  for (const [platform, flags] of Object.entries(PLATFORMS)) {
    await rm(join(folder, 'node_modules'), { recursive: true, force: true });
    await npm('ci', ...flags);
    trees[platform] = (await treeDigest(join(folder, 'node_modules'))) ?? '';
    console.error(`pin-wrangler: ${platform} ${trees[platform]}`);
  }
  for (const file of ['package.json', 'package-lock.json']) await writeFile(join(pinned, file), await readFile(join(folder, file)));
  await writeFile(join(pinned, 'trees.json'), `${JSON.stringify(trees, null, 2)}\n`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function npm(...args: string[]): Promise<void> {
  await run('npm', [...args, ...NPM_FLAGS], { cwd: folder, maxBuffer: 16 * 1024 * 1024 });
}
