import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { CONTENTS, isEnvironmentFile, type Manifest, MANIFEST_FILE } from './manifest.ts';

interface Packing {
  readonly workspace: string;
  readonly into: string;
  readonly paths: readonly string[];
  readonly wranglerConfig: string;
  readonly sha: string;
  readonly surface: Manifest['surface'];
  readonly environment: string;
}

/** Copies the configured paths into the artifact, content by digest, and writes the manifest last. @throws {UserError} */
export async function pack({ workspace, into, paths, wranglerConfig, sha, surface, environment }: Packing): Promise<Manifest> {
  const files = [...new Set((await Promise.all(paths.map((path) => filesOf(workspace, path)))).flat())].sort();
  const leak = files.find(isEnvironmentFile);
  if (leak !== undefined) throw fault(`the artifact would hold ${leak}, which wrangler reads by itself. Leave it out of \`artifact\`; settings belong into the wrangler configuration`);
  if (!files.includes(posix.normalize(wranglerConfig))) throw fault(`the artifact does not hold ${wranglerConfig}. Add it to \`artifact\`: the deploying job has nothing else`);
  // An earlier attempt must not lend us a file, nor leave a manifest that is not ours if this one ends halfway.
  await rm(join(into, MANIFEST_FILE), { force: true });
  await rm(join(into, CONTENTS), { recursive: true, force: true });
  await mkdir(join(into, CONTENTS), { recursive: true });
  const listed: Manifest['files'] = [];
  for (const path of files) {
    const content = await readFile(join(workspace, path));
    const sha256 = createHash('sha256').update(content).digest('hex');
    await writeFile(join(into, CONTENTS, sha256), content);
    listed.push({ path, sha256, bytes: content.length });
  }
  const manifest: Manifest = { 'schema-version': 1, sha, surface, environment, files: listed };
  await writeFile(join(into, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function filesOf(workspace: string, path: string): Promise<string[]> {
  const found = await lstat(join(workspace, path)).catch(() => null);
  if (found === null) throw fault(`the build left no ${path}, which \`artifact\` names`);
  if (found.isFile()) return [posix.normalize(path)];
  if (!found.isDirectory()) throw link(path);
  const entries = await readdir(join(workspace, path), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const file = relative(workspace, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (entry.isDirectory()) return [];
    if (!entry.isFile()) throw link(file);
    return [file];
  });
}

function link(file: string): UserError {
  return fault(`${file} is a link or a special file; an artifact holds plain files only. Have the build copy what it points to`);
}

function fault(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'build-failed' });
}
