import type { Hono } from 'hono';
import { type Account, AUTHOR, deployableVersions, scriptOf } from './account.ts';
import { shown } from './bindings.ts';
import { ok, Refusal } from './envelope.ts';
import type { Script, Version } from './state.ts';
import { addVersion, readUpload } from './upload.ts';

/** `…/scripts/{script}/versions`: upload without traffic, and what was uploaded. */
export function versionRoutes(api: Hono, account: Account): void {
  api.get('/workers/scripts/:script/versions', (c) => {
    const script = scriptOf(account, c.req.param('script'));
    return ok({ items: deployableVersions(script).toReversed().map((version) => summary(script, version)) });
  });
  api.get('/workers/scripts/:script/versions/:id', (c) => {
    const script = scriptOf(account, c.req.param('script'));
    const version = script.versions.find(({ id }) => id === c.req.param('id'));
    // The code is ours.
    if (version === undefined) throw new Refusal(404, 10007, `Version ${c.req.param('id')} of ${script.name} does not exist.`);
    return ok(versionAnswer(script, version));
  });
  api.post('/workers/scripts/:script/versions', async (c) => {
    scriptOf(account, c.req.param('script'));
    const upload = await readUpload(account, c.req.raw);
    const script = scriptOf(account, c.req.param('script'));
    const version = addVersion(account, script, upload);
    account.save();
    return ok(versionAnswer(script, version));
  });
}

export function versionAnswer(script: Script, version: Version): Record<string, unknown> {
  return {
    ...summary(script, version),
    startup_time_ms: 1,
    resources: {
      script: { etag: version.id.replaceAll('-', ''), handlers: ['fetch'], last_deployed_from: version.source },
      script_runtime: { compatibility_date: version.compatibilityDate, compatibility_flags: version.compatibilityFlags, usage_model: 'standard' },
      bindings: version.bindings.map((binding) => shown(binding)),
    },
  };
}

function summary(script: Script, { id, number, createdOn, source, annotations }: Version): Record<string, unknown> {
  const metadata = { created_on: createdOn, modified_on: createdOn, source, author_email: AUTHOR, has_preview: script.subdomain.previews_enabled };
  return { id, number, metadata, annotations };
}
