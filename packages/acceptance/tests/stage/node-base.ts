import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BuildKit } from './buildkit.ts';
import { unpacked } from './conformance-tools.ts';
import { run } from './process.ts';

const root = join(import.meta.dirname, '../../../..');

const DOCKERFILE = `FROM scratch
COPY . /
RUN --network=none ["/bin/busybox", "--install", "-s", "/bin"]
RUN --network=none ln -s /bin/env /usr/bin/env
ENV PATH=/usr/local/bin:/usr/bin:/bin CI=true
WORKDIR /shop
`;

/** An image with node, pnpm and a shell under this tag of the daemon: what node:24-bookworm-slim with pnpm is to a build, which nobody here can pull. */
export async function makeNodeBase({ docker }: BuildKit, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'node-base-'));
  try {
    for (const path of ['bin', 'etc', 'root', 'tmp', 'home', 'usr/bin', 'usr/local/bin', 'opt']) await mkdir(join(folder, path), { recursive: true });
    await cp(join(unpacked('busybox'), 'bin/busybox'), join(folder, 'bin/busybox'));
    await cp(join(unpacked('busybox'), 'bin/busybox'), join(folder, 'bin/sh'));
    await cp(process.execPath, join(folder, 'usr/local/bin/node'), { dereference: true });
    await cp(join(root, 'node_modules/pnpm'), join(folder, 'opt/pnpm'), { recursive: true, dereference: true });
    await writeFile(join(folder, 'usr/local/bin/pnpm'), '#!/bin/sh\nexec node /opt/pnpm/bin/pnpm.mjs "$@"\n', { mode: 0o755 });
    await writeFile(join(folder, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n');
    await writeFile(join(folder, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
    for (const library of await librariesOf(process.execPath)) {
      await mkdir(dirname(join(folder, library)), { recursive: true });
      await cp(library, join(folder, library), { dereference: true });
    }
    await writeFile(join(folder, 'Dockerfile'), DOCKERFILE);
    await writeFile(join(folder, '.dockerignore'), 'Dockerfile\n.dockerignore\n');
    const { code, stderr } = await docker('buildx', 'build', '--provenance=false', '--tag', tag, '--load', folder);
    if (code !== 0) throw new Error(`the base image: ${stderr}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What the program is linked to, the loader included. */
async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await run('ldd', [program], { PATH: process.env['PATH'] });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
}
