import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, scriptOf } from './account.ts';
import { readJson } from './body.ts';
import { ok } from './envelope.ts';
import type { Script } from './state.ts';

/** workers.dev: the account's name there, and whether a Worker and its versions answer under it. */
export function subdomainRoutes(api: Hono, account: Account): void {
  api.get('/workers/subdomain', () => ok({ subdomain: account.state.subdomain }));
  api.get('/workers/scripts/:script/subdomain', (c) => ok(scriptOf(account, c.req.param('script')).subdomain));
  api.post('/workers/scripts/:script/subdomain', async (c) => {
    const { enabled, previews_enabled: previews } = await readJson(c.req.raw, z.object({ enabled: z.boolean(), previews_enabled: z.boolean().optional() }));
    const script = scriptOf(account, c.req.param('script'));
    script.subdomain = { enabled, previews_enabled: previews ?? enabled };
    account.save();
    return ok(script.subdomain);
  });
  api.get('/workers/workers/:script', (c) => {
    const script = scriptOf(account, c.req.param('script'));
    return ok({ id: script.tag, name: script.name, created_on: script.createdOn, tags: script.settings.tags, subdomain: { ...script.subdomain, url: `https://${devHost(account, script)}`, preview_url_suffix: devHost(account, script) } });
  });
}

export function devHost({ state }: Account, { name }: Pick<Script, 'name'>): string {
  return `${name}.${state.subdomain}.workers.dev`;
}
