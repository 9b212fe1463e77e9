import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, newScript, scriptOf } from './account.ts';
import { bearer } from './access.ts';
import { startAssetUpload, uploadAssets } from './asset-upload.ts';
import { shown } from './bindings.ts';
import { readJson } from './body.ts';
import { deploy } from './deployments.ts';
import { ok, Refusal } from './envelope.ts';
import type { Script } from './state.ts';
import { addVersion, readUpload } from './upload.ts';

const settings = z.object({
  tags: z.array(z.string()).nullish(), logpush: z.boolean().nullish(), observability: z.unknown().optional(), tail_consumers: z.array(z.unknown()).nullish(),
});

/** `…/services/{script}`, `…/scripts/{script}`: the Worker itself, and what is not versioned of it. */
export function scriptRoutes(api: Hono, account: Account): void {
  api.get('/workers/scripts', () => ok(Object.values(account.state.scripts).map((script) => scriptAnswer(script))));
  api.get('/workers/services/:script', (c) => {
    const script = account.state.scripts[c.req.param('script')];
    if (script === undefined) throw new Refusal(404, 10090, 'This service does not exist on your account.');
    return ok({ id: script.name, default_environment: { environment: 'production', created_on: script.createdOn, script: scriptAnswer(script) } });
  });
  api.put('/workers/scripts/:script', async (c) => {
    const name = c.req.param('script');
    const upload = await readUpload(account, c.req.raw);
    const script = account.state.scripts[name] ?? newScript(name, upload.source);
    const version = addVersion(account, script, upload);
    deploy(script, { versions: [{ version_id: version.id, percentage: 100 }], annotations: { 'workers/triggered_by': 'upload', ...messageOf(version.annotations) }, source: upload.source });
    account.state.scripts[name] = script;
    account.save();
    return ok({ ...scriptAnswer(script), deployment_id: version.id.replaceAll('-', ''), startup_time_ms: 1, etag: version.id.replaceAll('-', '') });
  });
  for (const path of ['/workers/scripts/:script', '/workers/services/:script'] as const) {
    api.delete(path, (c) => {
      const { name } = scriptOf(account, c.req.param('script'));
      delete account.state.scripts[name];
      account.state.routes = account.state.routes.filter(({ script }) => script !== name);
      account.state.domains = account.state.domains.filter(({ service }) => service !== name);
      account.save();
      return ok(null);
    });
  }
  api.get('/workers/scripts/:script/settings', (c) => {
    const script = scriptOf(account, c.req.param('script'));
    const latest = script.versions.at(-1);
    return ok({ bindings: (latest?.bindings ?? []).map((binding) => shown(binding)), ...script.settings, compatibility_date: latest?.compatibilityDate, compatibility_flags: latest?.compatibilityFlags });
  });
  api.get('/workers/scripts/:script/script-settings', (c) => ok(scriptOf(account, c.req.param('script')).settings));
  api.patch('/workers/scripts/:script/script-settings', async (c) => {
    const given = await readJson(c.req.raw, settings);
    const script = scriptOf(account, c.req.param('script'));
    const { tags, logpush, observability, tail_consumers: consumers } = given;
    script.settings = {
      tags: tags ?? script.settings.tags,
      logpush: logpush ?? script.settings.logpush,
      observability: observability ?? script.settings.observability,
      tail_consumers: consumers === undefined ? script.settings.tail_consumers : consumers,
    };
    account.save();
    return ok(script.settings);
  });
  // A first deploy uploads its assets before the script is there.
  api.post('/workers/scripts/:script/assets-upload-session', async (c) => startAssetUpload(account, c.req.param('script'), await readJson(c.req.raw, z.unknown())));
  api.post('/workers/assets/upload', (c) => uploadAssets(account, c.req.raw, bearer(c.req.raw)));
}

function scriptAnswer(script: Script): Record<string, unknown> {
  const modified = script.deployments[0]?.createdOn ?? script.createdOn;
  return { id: script.name, tag: script.tag, tags: script.settings.tags, created_on: script.createdOn, modified_on: modified, last_deployed_from: script.lastDeployedFrom, handlers: ['fetch'] };
}

function messageOf(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const message = annotations['workers/message'];
  return message === undefined ? {} : { 'workers/message': message };
}
