import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId, scriptOf, type Zone } from './account.ts';
import { readJson } from './body.ts';
import { ok, Refusal } from './envelope.ts';
import type { Route } from './state.ts';

const zoneRoute = z.object({ pattern: z.string().min(1), script: z.string() });
const scriptRoutes = z.array(z.object({ pattern: z.string().min(1), zone_name: z.string().optional(), zone_id: z.string().optional() }));

/** `…/scripts/{script}/routes`: replaces all routes of a Worker at once, or none. */
export function routesOfScript(api: Hono, account: Account): void {
  api.put('/workers/scripts/:script/routes', async (c) => {
    const given = await readJson(c.req.raw, scriptRoutes);
    const { name } = scriptOf(account, c.req.param('script'));
    const wanted = given.map(({ pattern, zone_name: zoneName, zone_id: zoneId }) => {
      const zone = account.zones.find(({ id, name }) => id === zoneId || name === (zoneName ?? zoneOfPattern(account, pattern)));
      if (zone === undefined) throw new Refusal(400, 10021, `No zone of this account holds the pattern "${pattern}".`);
      return { pattern, zone };
    });
    for (const { pattern, zone } of wanted) mustBeFree(account, zone, pattern, name);
    const kept = account.state.routes.filter(({ script }) => script !== name);
    account.state.routes = [...kept, ...wanted.map(({ pattern, zone }) => ({ id: hexId(), zone: zone.id, pattern, script: name }))];
    account.save();
    return ok(account.state.routes.filter(({ script }) => script === name).map((route) => shown(route)));
  });
}

/** `/zones` and `/zones/{zone}/workers/routes`. */
export function zoneRoutes(api: Hono, account: Account): void {
  api.get('/', (c) => {
    const name = c.req.query('name');
    const zones = account.zones.filter((zone) => name === undefined || zone.name === name);
    return ok(zones.map((zone) => zoneAnswer(account, zone)), { info: { page: 1, per_page: 50, count: zones.length, total_count: zones.length, total_pages: 1 } });
  });
  api.get('/:zone', (c) => ok(zoneAnswer(account, zoneOf(account, c.req.param('zone')))));
  api.get('/:zone/workers/routes', (c) => {
    const zone = zoneOf(account, c.req.param('zone'));
    return ok(account.state.routes.filter((route) => route.zone === zone.id).map((route) => shown(route)));
  });
  api.post('/:zone/workers/routes', async (c) => {
    const zone = zoneOf(account, c.req.param('zone'));
    const { pattern, script } = await readJson(c.req.raw, zoneRoute);
    scriptOf(account, script);
    mustBeFree(account, zone, pattern, null);
    const route = { id: hexId(), zone: zone.id, pattern, script };
    account.state.routes.push(route);
    account.save();
    return ok(shown(route));
  });
  api.get('/:zone/workers/routes/:id', (c) => ok(shown(routeOf(account, c.req.param('zone'), c.req.param('id')))));
  api.delete('/:zone/workers/routes/:id', (c) => {
    const route = routeOf(account, c.req.param('zone'), c.req.param('id'));
    account.state.routes = account.state.routes.filter((one) => one !== route);
    account.save();
    return ok({ id: route.id });
  });
}

/** One pattern leads to one Worker. `owner` may hold it already; null: nobody may. */
function mustBeFree({ state }: Account, zone: Zone, pattern: string, owner: string | null): void {
  const taken = state.routes.find((route) => route.zone === zone.id && route.pattern === pattern && route.script !== owner);
  if (taken !== undefined) throw new Refusal(409, 10020, `A route with the same pattern already exists: "${pattern}" belongs to "${taken.script}".`);
}

function zoneOfPattern({ zones }: Account, pattern: string): string | undefined {
  const host = pattern.replace(/^https?:\/\//u, '').split('/')[0] ?? '';
  return zones.find(({ name }) => host === name || host.endsWith(`.${name}`))?.name;
}

function zoneOf({ zones }: Account, id: string): Zone {
  const zone = zones.find((one) => one.id === id);
  if (zone === undefined) throw new Refusal(404, 7003, `Could not route to /zones/${id}, perhaps your object identifier is invalid?`);
  return zone;
}

function routeOf(account: Account, zoneId: string, id: string): Route {
  const zone = zoneOf(account, zoneId);
  const route = account.state.routes.find((one) => one.id === id && one.zone === zone.id);
  if (route === undefined) throw new Refusal(404, 10009, 'This route does not exist.');
  return route;
}

function shown({ id, pattern, script }: Route): Record<string, unknown> {
  return { id, pattern, script };
}

function zoneAnswer({ id: account }: Account, { id, name }: Zone): Record<string, unknown> {
  return { id, name, status: 'active', paused: false, type: 'full', account: { id: account, name: 'Shop' } };
}
