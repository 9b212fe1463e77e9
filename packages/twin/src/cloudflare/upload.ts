import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Account, sourceOf } from './account.ts';
import { completedUpload } from './asset-upload.ts';
import { resolveBindings } from './bindings.ts';
import { Refusal, unmodelled } from './envelope.ts';
import { assetsConfig, binding, type Script, type Version } from './state.ts';

type Module = Version['modules'][number];

const metadata = z.object({
  main_module: z.string().optional(),
  body_part: z.string().optional(),
  bindings: z.array(binding).default([]),
  compatibility_date: z.string().default('2021-11-02'),
  compatibility_flags: z.array(z.string()).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
  keep_bindings: z.array(z.string()).default([]),
  keep_assets: z.boolean().default(false),
  assets: z.object({ jwt: z.string().optional(), config: assetsConfig.default({}) }).optional(),
});

export interface Upload {
  readonly metadata: z.infer<typeof metadata>;
  readonly modules: readonly Module[];
  readonly source: string;
}

/** The form of `PUT script` and `POST versions`: `metadata`, one part per module, and source maps that only a person reads. */
export async function readUpload({ content }: Account, request: Request): Promise<Upload> {
  const form = await request.formData();
  const described = form.get('metadata');
  const text = typeof described === 'string' ? described : await described?.text();
  const parsed = metadata.safeParse(JSON.parse(text ?? '{}'));
  if (!parsed.success) throw new Refusal(400, 10021, `Invalid metadata: ${z.prettifyError(parsed.error)}`);
  const modules: Module[] = [];
  for (const [name, part] of form) {
    if (name === 'metadata' || typeof part === 'string' || part.type === 'application/source-map') continue;
    modules.push({ name, type: moduleType(part.type), content: await content.putModule(new Uint8Array(await part.arrayBuffer())) });
  }
  if (parsed.data.body_part !== undefined) throw unmodelled('a Worker in service-worker syntax');
  if (parsed.data.main_module !== undefined && !modules.some(({ name }) => name === parsed.data.main_module)) {
    throw new Refusal(400, 10021, `No such module "${parsed.data.main_module}".`);
  }
  return { metadata: parsed.data, modules, source: sourceOf(request) };
}

/** A new version of the script; nothing of it serves before a deployment names it. */
export function addVersion(account: Account, script: Script, { metadata, modules, source }: Upload): Version {
  const previous = script.versions.at(-1);
  const version: Version = {
    ...stamp(script, source, metadata.annotations),
    mainModule: metadata.main_module ?? null,
    modules: [...modules],
    bindings: resolveBindings(account, metadata.bindings, metadata.keep_bindings, previous),
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: metadata.compatibility_flags,
    assets: assetsOf(account, script, metadata, previous),
  };
  script.versions.push(version);
  return version;
}

/** A copy of a version with other bindings, as a change of secrets makes it: no tag, for the tag was the upload's. */
export function copyVersion(script: Script, original: Version, change: { bindings: Version['bindings']; annotations: Record<string, string>; source: string }): Version {
  const version: Version = { ...original, ...stamp(script, change.source, change.annotations), bindings: change.bindings };
  script.versions.push(version);
  return version;
}

function stamp(script: Script, source: string, annotations: Record<string, string>): Pick<Version, 'id' | 'number' | 'createdOn' | 'source' | 'annotations'> {
  return { id: randomUUID(), number: (script.versions.at(-1)?.number ?? 0) + 1, createdOn: new Date().toISOString(), source, annotations: { 'workers/triggered_by': 'upload', ...annotations } };
}

function assetsOf(account: Account, script: Script, { assets, keep_assets: keep }: Upload['metadata'], previous: Version | undefined): Version['assets'] {
  if (assets?.jwt !== undefined) return { manifest: completedUpload(account, script.name, assets.jwt), config: assets.config };
  if (!keep && assets === undefined) return null;
  const kept = previous?.assets ?? null;
  return kept === null || assets === undefined ? kept : { ...kept, config: assets.config };
}

function moduleType(mime: string): Module['type'] {
  switch (mime.replace(/;.*$/u, '')) {
    case 'application/javascript+module': return 'esm';
    case 'application/javascript': return 'cjs';
    case 'text/plain': return 'text';
    case 'application/octet-stream': return 'data';
    case 'application/wasm': return 'wasm';
    default: throw unmodelled(`a module of type ${mime}`);
  }
}
