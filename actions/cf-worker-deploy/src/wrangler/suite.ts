import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Log, UserError } from '@vendure-deploy/shared/action';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';
import { NPM_FLAGS } from './npm.ts';
import lock from './pinned/package-lock.json' with { type: 'json' };
import project from './pinned/package.json' with { type: 'json' };
import trees from './pinned/trees.json' with { type: 'json' };
import { treeDigest } from './tree.ts';
import type { Wrangler } from './wrangler.ts';

interface Wanted {
  /** RUNNER_TOOL_CACHE; null: this machine keeps none. */
  readonly toolCache: string | null;
  readonly temporary: string;
  /** Longest time for npm. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

const { version } = lock.packages['node_modules/wrangler'];
const PLATFORM = `${process.platform}-${process.arch}`;
/** null: nobody has recorded what npm lays out here, so that nothing of it can be kept. */
const TREE = new Map(Object.entries(trees)).get(PLATFORM) ?? null;
// Not by the version alone: what it depends on is pinned, too.
const LOCKED = createHash('sha256').update(JSON.stringify(lock)).digest('hex').slice(0, 12);

/**
 * The wrangler of the suite's own lock file. From the tool cache only when every file there is what npm laid out where it was pinned, whoever wrote it;
 * else npm installs it anew, each package by its integrity.
 * @throws {UserError} tool-unavailable, tool-digest-mismatch
 */
export async function suiteWrangler(wanted: Wanted): Promise<Wrangler> {
  const { log, toolCache } = wanted;
  const kept = toolCache === null || TREE === null ? null : join(toolCache, 'vendure-deploy-wrangler', `${version}-${LOCKED}`, PLATFORM);
  if (kept !== null) {
    const found = await treeDigest(join(kept, 'node_modules'));
    if (found === TREE) {
      log.info(`wrangler ${version} from the tool cache`);
      return wranglerIn(kept);
    }
    if (found !== null) {
      log.warning(`wrangler ${version} in the tool cache (${kept}) is not as npm installed it; it is removed, and installed anew.`);
      await remove(kept);
    }
  }
  const fresh = await install(wanted);
  return wranglerIn(kept === null ? fresh : await keep(fresh, kept));
}

async function install({ temporary, seconds, signal, log }: Wanted): Promise<string> {
  const folder = await mkdtemp(join(temporary, 'wrangler-install-'));
  await Promise.all([writeFile(join(folder, 'package.json'), JSON.stringify(project)), writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock))]);
  log.info(`Installing wrangler ${version} by the suite's lock file`);
  const environment = childEnvironment({ CI: 'true' });
  const result = await runTool({
    command: 'npm',
    args: ['ci', ...NPM_FLAGS],
    cwd: folder,
    // npm with our own Node: the job's may be older than wrangler allows.
    environment: { ...environment, PATH: `${dirname(process.execPath)}:${environment['PATH'] ?? ''}` },
    deadlineMs: seconds * 1000,
    signal,
    log,
  }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw unavailable('npm could not be started, which installs it. Put Node with npm on PATH in a step before this one (actions/setup-node)', cause);
  });
  signal.throwIfAborted();
  const tree = await treeDigest(join(folder, 'node_modules'));
  if (result.exitCode !== 0 || tree === null) throw unavailable(result.timedOut ? `npm did not end within ${seconds} s; \`build-timeout-seconds\` gives it longer` : `${errorOf(result.stderr)}. May this runner reach the registry that npm is configured for?`);
  if (TREE !== null && tree !== TREE) {
    throw new UserError(`cf-worker-deploy: npm laid out another wrangler ${version} than was pinned for ${PLATFORM} (SHA-256 of the tree ${tree}, wanted is ${TREE}); it was not started. Is this a Linux without glibc, or does npm's configuration change packages?`, { reasonCode: 'tool-digest-mismatch' });
  }
  return folder;
}

/** Whole or not at all, and never over a tree that another job put there. @returns the folder to start it from */
async function keep(fresh: string, place: string): Promise<string> {
  const beside = `${place}.${process.pid}`;
  try {
    await mkdir(dirname(place), { recursive: true });
    if (await rename(fresh, place).then(() => true, () => false)) return place;
    // The tool cache lies on another disk, or another job was first: then the last line fails.
    await cp(fresh, beside, { recursive: true });
    await rename(beside, place);
  } catch {
    await remove(beside);
  }
  return fresh;
}

/** What cannot be removed stays, and is never used: the digest of the tree is asked each time. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}

function wranglerIn(folder: string): Wrangler {
  return { version, entry: join(folder, 'node_modules/wrangler/bin/wrangler.js'), from: 'suite' };
}

/** npm's first line that says what happened; its codes and the place of its log come before and after it. */
function errorOf(stderr: string): string {
  const said = stderr.split('\n').map((line) => /^npm (?:error|ERR!) (?!code |errno |syscall |A complete log|path )(.+)$/u.exec(line.trim())?.[1]).find((line) => line !== undefined);
  return `npm: ${(said ?? 'no word of why').replace(/[.!]$/u, '')}`;
}

function unavailable(why: string, cause?: unknown): UserError {
  return new UserError(`cf-worker-deploy: the suite's wrangler ${version} could not be installed: ${why}.`, { reasonCode: 'tool-unavailable', cause });
}
