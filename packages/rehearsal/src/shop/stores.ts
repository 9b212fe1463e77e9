import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
const cache = join(root, '.cache');

/** What fetches the packages of a lock file into the suite's stores, where rehearsed jobs and images find them without network. */
const FETCH: Readonly<Record<string, readonly string[]>> = {
  'pnpm-lock.yaml': [join(root, 'node_modules/pnpm/bin/pnpm.mjs'), 'fetch', '--store-dir', join(cache, 'pnpm-store'), '--reporter=silent'],
  'package-lock.json': [join(root, 'node_modules/npm/bin/npm-cli.js'), 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--cache', join(cache, 'npm-store')],
};

/** Fetches what the lock files of these commits name, once per lock file: all of a rehearsal that asks anybody outside, and it happens before it. */
export async function warmStores(repository: string, refs: readonly string[], say: (line: string) => void): Promise<void> {
  for (const ref of refs) {
    for (const [file, fetch] of Object.entries(FETCH)) {
      const lock = await run('git', ['-C', repository, 'show', `${ref}:${file}`], { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 }).catch(() => null);
      if (lock === null) continue;
      const stamp = join(cache, `${file}-${createHash('sha256').update(lock.stdout).digest('hex').slice(0, 24)}`);
      if (existsSync(stamp)) continue;
      say(`rehearse: fetching the packages of ${file} once (the jobs install offline)`);
      await fetchInCopy(repository, ref, fetch);
      await mkdir(cache, { recursive: true });
      await writeFile(stamp, '');
    }
  }
}

/** In a checkout of its own: the person's is left as it is. */
async function fetchInCopy(repository: string, ref: string, fetch: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shop-packages-'));
  try {
    const sha = (await run('git', ['-C', repository, 'rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`])).stdout.trim();
    await run('git', ['clone', '--quiet', '--shared', '--no-checkout', repository, folder]);
    await run('git', ['-C', folder, '-c', 'advice.detachedHead=false', 'checkout', '--quiet', sha]);
    await run(process.execPath, [...fetch], { cwd: folder, env: withProxy(), maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`The shop's packages cannot be fetched: ${`${stdout}${stderr}`.trim() || message}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bootstrap has taken the caller's proxy away; installing is what it is for. */
function withProxy(): NodeJS.ProcessEnv {
  const proxy = process.env['INSTALL_PROXY'] ?? '';
  return proxy === '' ? process.env : { ...process.env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy };
}
