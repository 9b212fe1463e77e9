import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { unpacked } from './conformance-tools.ts';
import { type Ended, run, startServer } from './process.ts';

/** A real BuildKit: Debian's dockerd with the containerd image store, on a socket and with data of its own, without any network. Needs root. */
export interface BuildKit extends AsyncDisposable {
  /** PATH with the docker client first, and where its daemon and its buildx are: what a job has. */
  readonly environment: Readonly<Record<'PATH' | 'DOCKER_HOST' | 'DOCKER_CONFIG', string>>;
  docker(...args: string[]): Promise<Ended>;
  /** Forgets what it has built, so that the next build is a cold one. */
  forget(): Promise<void>;
}

export async function openBuildKit(): Promise<BuildKit> {
  const root = unpacked('dockerd');
  const folder = await mkdtemp(join(tmpdir(), 'buildkit-'));
  await Promise.all(['bin', 'config/cli-plugins'].map((path) => mkdir(join(folder, path), { recursive: true })));
  await symlink(join(root, 'usr/bin/docker'), join(folder, 'bin/docker'));
  await cp(join(root, 'usr/libexec/docker/cli-plugins/docker-buildx'), join(folder, 'config/cli-plugins/docker-buildx'));
  // With the classic store the docker driver exports no cache.
  await writeFile(join(folder, 'daemon.json'), JSON.stringify({ features: { 'containerd-snapshotter': true } }));
  const environment = {
    PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    DOCKER_HOST: `unix://${join(folder, 'docker.sock')}`,
    DOCKER_CONFIG: join(folder, 'config'),
  };
  const docker = (...args: string[]): Promise<Ended> => run(join(folder, 'bin/docker'), args, environment);
  const server = await startServer(
    join(root, 'usr/sbin/dockerd'),
    ['--config-file', join(folder, 'daemon.json'), '--host', environment.DOCKER_HOST, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid'), '--iptables=false', '--ip6tables=false', '--bridge=none',
      // Test files run at once, each with its daemon: one that empties and removes a group of processes must not be met by another that enters it.
      '--cgroup-parent', `/${basename(folder)}`],
    { PATH: `${root}/usr/sbin:${root}/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin` },
    async () => (await docker('version')).code === 0,
  );
  const containerd = Number(await readFile(join(folder, 'exec/containerd/containerd.pid'), 'utf8'));
  return {
    environment,
    docker,
    async forget() {
      const { code, stderr } = await docker('system', 'prune', '--all', '--force');
      if (code !== 0) throw new Error(stderr);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      while (lives(containerd)) await setTimeout(50);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** dockerd ends the containerd that it started, a moment after itself. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
