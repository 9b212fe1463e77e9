import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, hexId } from './account.ts';
import { readJson } from './body.ts';
import { ok, Refusal } from './envelope.ts';

/** KV namespaces and R2 buckets: that they are there and what they are called. What is in them belongs to the runtime. */
export function resourceRoutes(api: Hono, account: Account): void {
  const { state } = account;
  api.get('/storage/kv/namespaces', (c) => {
    const [page, size] = [Number(c.req.query('page') ?? 1), Number(c.req.query('per_page') ?? 20)];
    const sorted = state.namespaces.toSorted((left, right) => left.title.localeCompare(right.title));
    // wrangler asks for the next page until one is empty.
    const shown = sorted.slice((page - 1) * size, page * size);
    return ok(shown.map(({ id, title }) => ({ id, title, supports_url_encoding: true })), { info: { page, per_page: size, count: shown.length, total_count: sorted.length } });
  });
  api.post('/storage/kv/namespaces', async (c) => {
    const { title } = await readJson(c.req.raw, z.object({ title: z.string().min(1) }));
    if (state.namespaces.some((one) => one.title === title)) throw new Refusal(400, 10014, `a namespace with this account ID and title already exists`);
    const namespace = { id: hexId(), title };
    state.namespaces.push(namespace);
    account.save();
    return ok({ ...namespace, supports_url_encoding: true });
  });
  api.get('/storage/kv/namespaces/:id', (c) => {
    const namespace = state.namespaces.find(({ id }) => id === c.req.param('id'));
    if (namespace === undefined) throw new Refusal(404, 10013, 'namespace not found');
    return ok({ ...namespace, supports_url_encoding: true });
  });
  api.get('/r2/buckets', () => ok({ buckets: state.buckets }));
  api.get('/r2/buckets/:name', (c) => {
    const bucket = state.buckets.find(({ name }) => name === c.req.param('name'));
    if (bucket === undefined) throw new Refusal(404, 10006, 'The specified bucket does not exist.');
    return ok(bucket);
  });
  api.post('/r2/buckets', async (c) => {
    const { name } = await readJson(c.req.raw, z.object({ name: z.string().min(3) }));
    if (state.buckets.some((one) => one.name === name)) throw new Refusal(409, 10004, 'The bucket you tried to create already exists, and you own it.');
    const bucket = { name, creation_date: new Date().toISOString() };
    state.buckets.push(bucket);
    account.save();
    return ok(bucket);
  });
}
