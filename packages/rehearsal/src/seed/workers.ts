import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SeedWorker } from '../shop/config.ts';
import { seedNamespaces } from './namespaces.ts';
import type { Served } from './seed.ts';

const run = promisify(execFile);

/** Builds and uploads each Worker with the shop's own commands and its own wrangler, through the twin. */
export async function seedWorkers(served: Served, workers: readonly SeedWorker[]): Promise<void> {
  for (const worker of workers) await shopCommand(served, worker.install, {});
  for (const worker of workers) {
    await seedNamespaces(served.seed.twin, served.tree, worker);
    await shopCommand(served, worker.build, { DEPLOY_SHA: served.sha });
    await deployWorker(served, worker);
  }
}

async function deployWorker(served: Served, worker: SeedWorker): Promise<void> {
  const wrangler = join(served.tree, worker.directory, 'node_modules/wrangler/bin/wrangler.js');
  const environment = worker['wrangler-environment'] === undefined ? [] : ['--env', worker['wrangler-environment']];
  await shopCommand(served, ['node', wrangler, 'deploy', '--config', join(served.tree, worker['wrangler-config']), ...environment, '--tag', served.sha], {
    CLOUDFLARE_API_TOKEN: served.seed.twin.credentials.cloudflareApiToken,
    CLOUDFLARE_ACCOUNT_ID: worker['account-id'],
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
  });
}

/** Runs one of the shop's commands with the same closed environment that its jobs get. */
async function shopCommand({ seed, run: world, tree }: Served, [command = '', ...args]: readonly string[], extra: Record<string, string>): Promise<void> {
  const env = { ...world.environment, PATH: `${seed.twin.shelf}:/usr/bin:/bin`, HOME: seed.home, CI: 'true', LANG: 'C.UTF-8', NX_DAEMON: 'false', ...extra };
  await run(command, args, { cwd: tree, env, maxBuffer: 64 * 1024 * 1024 }).catch((error: { message: string; stdout?: string; stderr?: string }) => {
    throw new Error(`Seeding failed: ${command} ${args.join(' ')}\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  });
}
