import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, scriptOf } from './account.ts';
import { readJson } from './body.ts';
import { ok, Refusal } from './envelope.ts';

const wanted = z.object({ hostname: z.string().min(1), service: z.string(), zone_id: z.string().optional(), environment: z.string().optional() });

/** `…/workers/domains`, as the API's own clients use it; the records and changesets that wrangler asks for are not modelled. */
export function domainRoutes(api: Hono, account: Account): void {
  const { state } = account;
  api.get('/workers/domains', (c) => {
    const [service, hostname] = [c.req.query('service'), c.req.query('hostname')];
    return ok(state.domains.filter((one) => (service === undefined || one.service === service) && (hostname === undefined || one.hostname === hostname)).map((one) => answer(account, one)));
  });
  api.put('/workers/domains', async (c) => {
    const { hostname, service, zone_id: zoneId } = await readJson(c.req.raw, wanted);
    scriptOf(account, service);
    const zone = account.zones.find(({ id, name }) => id === zoneId || hostname === name || hostname.endsWith(`.${name}`));
    // The code is ours.
    if (zone === undefined) throw new Refusal(400, 10_021, `No zone of this account holds the host ${hostname}.`);
    const domain = { id: hexId(), hostname, service, zone: zone.id };
    // A host that another Worker has is taken from it.
    state.domains = [...state.domains.filter((one) => one.hostname !== hostname), domain];
    account.save();
    return ok(answer(account, domain));
  });
  api.delete('/workers/domains/:id', (c) => {
    state.domains = state.domains.filter(({ id }) => id !== c.req.param('id'));
    account.save();
    return ok(null);
  });
}

function answer({ zones }: Account, { id, hostname, service, zone }: Account['state']['domains'][number]): Record<string, unknown> {
  return { id, hostname, service, environment: 'production', zone_id: zone, zone_name: zones.find((one) => one.id === zone)?.name };
}
