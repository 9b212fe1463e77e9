import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ActionRun, startAction } from '../../src/index.ts';
import { subjectOf } from '../stage/actions.ts';
import { expectEnding } from '../stage/ending.ts';
import type { Vps } from './vps.ts';

export const subject = subjectOf('wp-deploy');
export const PLUGIN = 'tea-shop';

/** A commit of the shop, and the artifact that operation build has made of it. */
export interface Built {
  readonly sha: string;
  readonly artifact: string;
}

/** A shop's repository with its configuration and its plugin, whose commits are built one after the other. */
export interface Shop extends AsyncDisposable {
  commit(files: Readonly<Record<string, string>>): Promise<Built>;
  deploy(options?: Deploying): Promise<ActionRun>;
}

export interface Deploying {
  readonly built?: Built;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Lines of the configuration, replaced. */
  readonly config?: readonly (readonly [line: string, by: string])[];
  readonly signals?: Parameters<typeof startAction>[0]['signals'];
  readonly environment?: Readonly<Record<string, string>>;
}

const git = (cwd: string, ...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@shop.example', ...args], { cwd, encoding: 'utf8' }).trim();

export async function openShop(vps: Vps): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'plugin-shop-'));
  const repository = join(folder, 'shop');
  await mkdir(join(repository, '.github'), { recursive: true });
  git(repository, 'init', '-q', '-b', 'main');
  await writeFile(join(repository, '.github/deploy.config.yml'), configOf(vps));
  let count = 0;
  return {
    async commit(files) {
      await rm(join(repository, 'wordpress'), { recursive: true, force: true });
      for (const [path, text] of Object.entries(files)) {
        const file = join(repository, 'wordpress', PLUGIN, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      git(repository, 'add', '-A');
      git(repository, 'commit', '-q', '--allow-empty', '-m', 'A plugin');
      const sha = git(repository, 'rev-parse', 'HEAD');
      count += 1;
      const artifact = join(folder, `artifact-${count}`);
      const run = await startAction({ folder: subject.folder, workspace: repository, inputs: { operation: 'build', environment: 'production', sha, 'artifact-directory': artifact } });
      expectEnding(run, subject, { decision: 'done', reasonCode: 'built' });
      return { sha, artifact };
    },
    deploy: ({ built, inputs = {}, config = [], signals = [], environment = {} } = {}) =>
      startAction({
        folder: subject.folder,
        files: { '.github/deploy.config.yml': config.reduce((text, [line, by]) => text.replace(line, by), configOf(vps)) },
        inputs: {
          operation: 'deploy', environment: 'production', 'ssh-key': vps.privateKey, attempts: '2', 'interval-seconds': '0', 'retry-seconds': '0',
          ...(built === undefined ? {} : { sha: built.sha, 'artifact-directory': built.artifact }), ...inputs,
        },
        environment: { PATH: `${vps.bin}:${process.env['PATH'] ?? ''}`, ...environment },
        signals,
      }),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As if it had been deployed there: the plugin of an artifact is live and active, and no earlier copy is kept. */
export async function placed(vps: Vps, { artifact }: Built): Promise<void> {
  const { files } = JSON.parse(await readFile(join(artifact, 'manifest.json'), 'utf8')) as { files: { path: string; sha256: string }[] };
  for (const { path, sha256 } of files) await vps.write(join(vps.paths.plugins, PLUGIN, path), await readFile(join(artifact, 'contents', sha256), 'utf8'));
  await vps.set(`active/${PLUGIN}`, true);
}

export function configOf({ port, user, knownHost, paths, publicUrl }: Vps): string {
  return `schema-version: 1
environments:
  production:
    sla-seconds: 900
    default-branch-only: true
    surfaces:
      wordpress:
        host: 127.0.0.1
        port: ${port}
        user: ${user}
        known-hosts: ["${knownHost}"]
        wordpress-path: ${paths.wordpress}
        plugins-path: ${paths.plugins}
        releases-path: ${paths.releases}
        plugin: ${PLUGIN}
        sources: wordpress/${PLUGIN}
        public-url: ${publicUrl}
        health-path: /
        version-path: /wp-json/tea-shop/v1/version
        after-switch: [{ run: [cache, flush] }]
        keep: 2
`;
}
