import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { headerOf } from './header.ts';
import { CONTENTS, isPrivate, type Manifest, MANIFEST_FILE, plainPath, REVISION_FILE } from './manifest.ts';

interface Packing {
  readonly workspace: string;
  readonly sources: string;
  readonly into: string;
  readonly plugin: string;
  readonly sha: string;
}

/** Copies the sources into the artifact, content by digest, and writes the manifest last. @throws {UserError} */
export async function pack({ workspace, sources, into, plugin, sha }: Packing): Promise<Manifest> {
  const root = join(workspace, sources);
  const paths = await filesOf(root, sources);
  const told = paths.find((path) => isPrivate(path));
  if (told !== undefined) throw fault(`the plugin would hold ${told}, which the web server would show to anybody. Leave it out of \`sources\` (${sources})`);
  if (paths.includes(REVISION_FILE)) throw fault(`${sources} has a file ${REVISION_FILE}, which the deploy itself writes. Remove it`);
  // An earlier attempt must not lend us a file, nor leave a manifest that is not ours if this one ends halfway.
  await rm(join(into, MANIFEST_FILE), { force: true });
  await rm(join(into, CONTENTS), { recursive: true, force: true });
  await mkdir(join(into, CONTENTS), { recursive: true });
  const files: Manifest['files'] = [];
  const headers: string[] = [];
  const add = async (path: string, content: Buffer): Promise<void> => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    await writeFile(join(into, CONTENTS, sha256), content);
    files.push({ path, sha256, bytes: content.length });
  };
  for (const path of paths) {
    const content = await readFile(join(root, path));
    if (/^[^/]+\.php$/u.test(path)) headers.push(...headerOf(content));
    await add(path, content);
  }
  const [version, ...others] = headers;
  if (version === undefined || others.length > 0) throw fault(`${version === undefined ? 'no file' : 'more than one file'} at the top of ${sources} has the header of a plugin ("Plugin Name:"); WordPress wants one`);
  await add(REVISION_FILE, Buffer.from(`${JSON.stringify({ sha })}\n`));
  const manifest: Manifest = { 'schema-version': 1, sha, plugin, version, files };
  await writeFile(join(into, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

async function filesOf(root: string, sources: string): Promise<string[]> {
  const found = await lstat(root).catch(() => null);
  if (found?.isDirectory() !== true) throw fault(`the build left no folder ${sources}, which \`sources\` names`);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => {
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
    if (!entry.isFile()) throw fault(`${JSON.stringify(path)} is a link or a special file; a plugin holds plain files only. Have the build copy what it points to`);
    if (!plainPath.safeParse(path).success) throw fault(`the name ${JSON.stringify(path)} has a control character, a backslash or no UTF-8. Rename it`);
    return path;
  }).sort();
}

function fault(why: string): UserError {
  return new UserError(`wp-deploy: ${why}.`, { reasonCode: 'build-failed' });
}
