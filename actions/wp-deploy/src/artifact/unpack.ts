import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { CONTENTS, isPrivate, manifest, type Manifest, MANIFEST_FILE } from './manifest.ts';

interface Unpacking {
  readonly from: string;
  readonly into: string;
  readonly sha: string;
  readonly plugin: string;
}

/** @throws {UserError} artifact-mismatch, before anything is asked of the host */
export async function readArtifact({ from, sha, plugin }: Omit<Unpacking, 'into'>): Promise<Manifest> {
  const text = await readFile(join(from, MANIFEST_FILE), 'utf8').catch(() => null);
  if (text === null) throw mismatch(`the artifact directory has no ${MANIFEST_FILE}`);
  const built = parsed(text);
  if (built.sha !== sha) throw mismatch(`it was built from ${built.sha}, wanted is ${sha}`);
  if (built.plugin !== plugin) throw mismatch(`it is the plugin ${JSON.stringify(built.plugin)}, wanted is ${plugin}`);
  const told = built.files.find(({ path }) => isPrivate(path));
  if (told !== undefined) throw mismatch(`it holds ${told.path}, which the web server would show to anybody`);
  return built;
}

/** Lays the plugin out in an empty folder; each content is hashed as it is copied. @throws {UserError} artifact-mismatch */
export async function unpack({ from, into, sha, plugin }: Unpacking): Promise<Manifest> {
  const built = await readArtifact({ from, sha, plugin });
  for (const file of built.files) {
    const content = await readFile(join(from, CONTENTS, file.sha256)).catch(() => null);
    if (content === null) throw mismatch(`${file.path} is missing`);
    if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw mismatch(`${file.path} is not what was built`);
    await mkdir(dirname(join(into, file.path)), { recursive: true });
    await writeFile(join(into, file.path), content);
  }
  return built;
}

function parsed(text: string): Manifest {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw mismatch(`its ${MANIFEST_FILE} is not one of operation build`, cause);
  }
}

function mismatch(why: string, cause?: unknown): UserError {
  return new UserError(`wp-deploy: the artifact is not usable: ${why}. Build it again (operation build) and download it into \`artifact-directory\`.`, { reasonCode: 'artifact-mismatch', cause });
}
