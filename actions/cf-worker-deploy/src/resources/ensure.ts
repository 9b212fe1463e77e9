import { type ActionContext, type ActionResult, UserError } from '@vendure-deploy/shared/action';
import { cloudflareResourceClient, type CloudflareResourceClient, ProviderError } from '@vendure-deploy/shared/providers/cloudflare';
import type { Inputs, Outputs } from '../io.ts';
import type { Target } from '../target.ts';
import { judgeResources, missingOf, type Present, type WantedResources } from './judge.ts';

/** One-time set-up: what the configuration names is there afterwards, by its exact name, whoever made it. Nothing is ever removed or renamed. */
export async function ensureResources(target: Target, { inputs, http, signal, log }: ActionContext<Inputs>): Promise<ActionResult<Outputs>> {
  const wanted = wantedOf(target);
  const cloudflare = cloudflareResourceClient({ http, token: inputs['cloudflare-api-token'], accountId: target.accountId, signal });
  const before = await log.group('Read what there is', () => read(cloudflare, wanted));
  const missing = missingOf(wanted, before);
  const refusals: string[] = [];
  const create = async (name: string, work: () => Promise<void>): Promise<void> => {
    log.info(`Creating ${name}`);
    // Another set-up may be at work at the same moment: what is read afterwards decides, not this answer.
    await work().catch((error: unknown) => {
      if (!(error instanceof ProviderError)) throw error;
      refusals.push(error.message);
    });
  };
  for (const title of missing.kv) await create(`the KV namespace ${title}`, () => cloudflare.createNamespace(title));
  for (const name of missing.r2) await create(`the R2 bucket ${name}`, () => cloudflare.createBucket(name));
  const after = missing.kv.length + missing.r2.length === 0 ? before : await log.group('Read back', () => read(cloudflare, wanted));
  return judgeResources({ wanted, before, after, refusals, url: target.config['public-url'] });
}

async function read(cloudflare: CloudflareResourceClient, wanted: WantedResources): Promise<Present> {
  const namespaces = wanted.kv.length === 0 ? [] : await cloudflare.namespaces();
  const there = await Promise.all(wanted.r2.map(async (name) => ((await cloudflare.hasBucket(name)) ? [name] : [])));
  return { kv: Object.fromEntries(namespaces.filter(({ title }) => wanted.kv.includes(title)).map(({ title, id }) => [title, id])), r2: there.flat() };
}

function wantedOf({ config, environment, surface }: Target): WantedResources {
  const { kv = [], r2 = [] } = config.resources ?? {};
  if (kv.length + r2.length > 0) return { kv, r2 };
  throw new UserError(`cf-worker-deploy: environments.${environment}.surfaces.${surface}.resources names nothing to be ensured. Add it:  resources: { kv: [shop-maintenance], r2: [shop-cache] }`, { reasonCode: 'invalid-config' });
}
