import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createFaultScript } from '../../src/faults/index.ts';
import { createGithubWorld, type GithubWorld } from '../../src/github/index.ts';
import { type Proxy, startProxy } from '../../src/proxy/index.ts';
import { createRecorder, type Recorder } from '../../src/record/index.ts';

export interface Stage {
  readonly directory: string;
  readonly github: GithubWorld;
  readonly proxy: Proxy;
  readonly recorder: Recorder;
  readonly token: string;
  /** A real process with the proxy's environment and nothing else. */
  run(command: string, ...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A proxy with one provider behind it: a GitHub that has example/shop with one commit. */
export async function openStage(...faults: string[]): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'twin-'));
  const github = createGithubWorld({ directory });
  const recorder = createRecorder(directory);
  const script = createFaultScript(faults, { speed: 10 });
  const proxy = await startProxy({ directory, providers: [github.provider], faults: () => script, recorder, speed: 10, latencyMs: 0 });
  const env = { ...proxy.environment, PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: directory, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', NODE_USE_ENV_PROXY: '1', NODE_NO_WARNINGS: '1' };
  const run = async (command: string, ...args: string[]): Promise<string> => (await promisify(execFile)(command, args, { env, timeout: 20_000 })).stdout;
  const source = join(directory, 'source');
  const git = (...args: string[]): Promise<string> => run('git', '-C', source, '-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args);
  await run('git', 'init', '--quiet', '--initial-branch=main', source);
  await writeFile(join(source, 'README.md'), 'A shop.\n');
  await mkdir(join(source, '.github/workflows'), { recursive: true });
  await writeFile(join(source, '.github/workflows/deploy.yml'), 'on: { workflow_dispatch: { inputs: { storefront: { type: boolean, default: true } } } }\n');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Open the shop');
  await github.createRepository('example/shop', source);
  return {
    directory, github, proxy, recorder, run,
    token: github.issueToken({ contents: 'write', actions: 'write', deployments: 'write', 'pull-requests': 'write' }),
    async stop() {
      await proxy.stop();
      await recorder.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
