import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Twin } from '@vendure-deploy/twin';
import { parse as parseJson } from 'jsonc-parser';
import { z } from 'zod';
import type { SeedWorker } from '../shop/config.ts';

const named = z.object({ kv_namespaces: z.array(z.object({ binding: z.string(), id: z.string() })).optional() });
const wranglerConfig = named.extend({ env: z.record(z.string(), named).optional() });

/** The KV namespaces that a Worker's configuration names by their ids: the one-time set-up has made them before. */
export async function seedNamespaces(twin: Twin, tree: string, worker: SeedWorker): Promise<void> {
  const { env, kv_namespaces: top } = wranglerConfig.parse(parseJson(await readFile(join(tree, worker['wrangler-config']), 'utf8')));
  const own = worker['wrangler-environment'] === undefined ? top : env?.[worker['wrangler-environment']]?.kv_namespaces;
  for (const { binding, id } of own ?? []) twin.cloudflare.seedNamespace({ id, title: `${worker.worker}-${binding.toLowerCase()}` });
}
