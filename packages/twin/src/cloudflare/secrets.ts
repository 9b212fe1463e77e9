import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, scriptOf, sourceOf } from './account.ts';
import { secretsOf, shown, withSecrets } from './bindings.ts';
import { readJson } from './body.ts';
import { deploy } from './deployments.ts';
import { ok, Refusal } from './envelope.ts';
import type { Script, Version } from './state.ts';
import { copyVersion } from './upload.ts';
import { versionAnswer } from './versions.ts';

const secret = z.object({ name: z.string().optional(), type: z.literal('secret_text'), text: z.string() });
const bulk = z.object({ secrets: z.record(z.string(), secret.nullable()) });
const patch = z.object({ env: z.record(z.string(), secret.nullable()).default({}), annotations: z.record(z.string(), z.string()).default({}) });

/** Secrets live in versions: each change is a new one, deployed at once (`secret`) or not at all (`versions secret`). */
export function secretRoutes(api: Hono, account: Account): void {
  api.get('/workers/scripts/:script/secrets', (c) => ok(secretsOf(scriptOf(account, c.req.param('script')).versions.at(-1)?.bindings ?? []).map((one) => shown(one))));
  api.put('/workers/scripts/:script/secrets', async (c) => {
    const { name, text } = await readJson(c.req.raw, secret.required());
    changeLive(account, c.req.param('script'), { secrets: { [name]: text }, source: sourceOf(c.req.raw) });
    return ok({ name, type: 'secret_text' });
  });
  api.delete('/workers/scripts/:script/secrets/:name', (c) => {
    const script = scriptOf(account, c.req.param('script'));
    const name = c.req.param('name');
    // The code is the one that wrangler's own tests use for a binding that is not there.
    if (!secretsOf(script.versions.at(-1)?.bindings ?? []).some((one) => one.name === name)) throw new Refusal(404, 10056, `Binding "${name}" not found.`);
    changeLive(account, script.name, { secrets: { [name]: null }, source: sourceOf(c.req.raw) });
    return ok(null);
  });
  api.patch('/workers/scripts/:script/secrets-bulk', async (c) => {
    const { secrets } = await readJson(c.req.raw, bulk);
    const version = changeLive(account, c.req.param('script'), { secrets: textsOf(secrets), source: sourceOf(c.req.raw) });
    return ok(secretsOf(version.bindings).map((one) => shown(one)));
  });
  api.patch('/workers/workers/:script/versions/latest', async (c) => {
    const { env, annotations } = await readJson(c.req.raw, patch);
    const script = scriptOf(account, c.req.param('script'));
    const latest = script.versions.at(-1);
    if (latest === undefined) throw new Refusal(404, 10222, 'This Worker has no versions.');
    const bindings = withSecrets(latest.bindings, textsOf(env));
    const version = copyVersion(script, latest, { bindings, annotations: { ...annotations, 'workers/triggered_by': 'secret' }, source: sourceOf(c.req.raw) });
    account.save();
    return ok(versionAnswer(script, version));
  });
}

/** @throws {Refusal} 10215 unless the newest version is the only one that serves: the change would deploy what nobody meant to deploy */
function changeLive(account: Account, name: string, { secrets, source }: { secrets: Record<string, string | null>; source: string }): Version {
  const script = scriptOf(account, name);
  const latest = soleLatest(script);
  const version = copyVersion(script, latest, { bindings: withSecrets(latest.bindings, secrets), annotations: { 'workers/triggered_by': 'secret' }, source });
  deploy(script, { versions: [{ version_id: version.id, percentage: 100 }], annotations: { 'workers/triggered_by': 'secret' }, source });
  account.save();
  return version;
}

function soleLatest(script: Script): Version {
  const latest = script.versions.at(-1);
  const live = script.deployments[0]?.versions.filter(({ percentage }) => percentage > 0) ?? [];
  if (latest !== undefined && live.length === 1 && live[0]?.version_id === latest.id) return latest;
  throw new Refusal(400, 10215, "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently deployed.");
}

function textsOf(secrets: Readonly<Record<string, { text: string } | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(secrets).map(([name, one]) => [name, one?.text ?? null]));
}
