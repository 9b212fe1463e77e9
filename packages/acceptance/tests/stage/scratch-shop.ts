import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CONFIG_FILE, shopConfig } from './config.ts';
import { unpacked } from './conformance-tools.ts';
import { run } from './process.ts';

/** A clean checkout whose image needs nothing but itself: from scratch, with a static shell. */
export interface ScratchShop extends AsyncDisposable {
  readonly folder: string;
  readonly sha: string;
  /** Writes files and commits them. */
  commit(files: Readonly<Record<string, string>>): Promise<void>;
}

/** No step has a network: the stage's daemon has none to give. */
export const STEPS = `FROM scratch AS base
COPY busybox /bin/sh
COPY busybox /bin/busybox
RUN --network=none echo "a step that takes its time" > /built
FROM base
COPY server.cjs /server.cjs
`;

/** @param repository `host/name`, over http on loopback */
export async function openScratchShop(repository: string): Promise<ScratchShop> {
  const folder = await mkdtemp(join(tmpdir(), 'scratch-shop-'));
  const git = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run('git', ['-C', folder, ...args], { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' });
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  let sha = '';
  const commit: ScratchShop['commit'] = async (files) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await git('add', '--all');
    await git('-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', 'commit', '--quiet', '-m', Object.keys(files).join(', '));
    sha = await git('rev-parse', 'HEAD');
  };
  await git('init', '--quiet', '--initial-branch=main');
  await cp(join(unpacked('busybox'), 'bin/busybox'), join(folder, 'busybox'));
  // Two shops that are committed within one second would be one commit, and the second one's image there already.
  await commit({ Dockerfile: STEPS, 'server.cjs': `// ${randomUUID()}\n`, [CONFIG_FILE]: shopConfig().replace('apps/server/Dockerfile', 'Dockerfile').replace('registry.fly.io/shop-production', repository) });
  return { folder, get sha() { return sha; }, commit, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
