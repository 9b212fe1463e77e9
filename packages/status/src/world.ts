import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openWorld, SHOP } from '@vendure-deploy/rehearsal';

/** Starts this program again as a process of a kept world: what it meets there is the twin, under the providers' own names. @returns its exit code */
export async function insideWorld(folder: string, environment: string, argv: readonly string[]): Promise<number> {
  const directory = resolve(folder);
  if (!existsSync(join(directory, 'twin/world.json')) && !existsSync(join(directory, 'host.claim'))) {
    throw new Error(`There is no world in ${directory}. Make one:  script/rehearse deploy-${environment} --world ${directory}`);
  }
  // From the beginning: a world that is left in the middle of its opening leaves processes behind.
  const stop = new AbortController();
  const listen = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal).on(signal, () => stop.abort());
  };
  listen();
  const world = await openWorld({ directory, keep: true, speed: 10, from: null, say: (line) => process.stderr.write(`${line.replace(/^rehearse:/u, 'status:')}\n`) });
  // What serves the Workers starts with the first request to one, and would then end the process at a signal, before the world is left.
  const again = setInterval(listen, 100);
  try {
    const run = await world.openRun({ faults: [], latencyMs: 0, environment });
    try {
      const token = await run.issueToken({ contents: 'read', actions: 'read', deployments: 'read' });
      const own = { PATH: process.env['PATH'], HOME: world.facts.home, GITHUB_TOKEN: token, GITHUB_REPOSITORY: SHOP };
      return await start([...argv, '--config', join(world.facts.shop, '.github/deploy.config.yml')], { ...(await run.environmentOf({ job: null, step: null })), ...own }, stop.signal);
    } finally {
      await run.close();
    }
  } finally {
    await world.leave();
    clearInterval(again);
  }
}

function start(argv: readonly string[], environment: NodeJS.ProcessEnv, stop: AbortSignal): Promise<number> {
  if (stop.aborted) return Promise.resolve(0);
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, 'main.ts'), ...argv], { stdio: 'inherit', env: environment });
  stop.addEventListener('abort', () => void child.kill('SIGINT'));
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => done(code ?? 1));
  });
}
