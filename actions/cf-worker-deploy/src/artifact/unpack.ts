import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { CONTENTS, isEnvironmentFile, manifest, type Manifest, MANIFEST_FILE } from './manifest.ts';

interface Unpacking {
  readonly from: string;
  readonly into: string;
  readonly sha: string;
  readonly surface: Manifest['surface'];
}

/**
 * Lays the artifact out in an empty folder: wrangler then sees what was built from the commit, and nothing of the checkout. Each content is
 * hashed as it is copied. The environment is not compared: one artifact serves staging and production.
 * @throws {UserError} artifact-mismatch
 */
export async function unpack({ from, into, sha, surface }: Unpacking): Promise<Manifest> {
  const built = await readManifest(from);
  if (built.sha !== sha) throw mismatch(`it was built from ${built.sha}, wanted is ${sha}`);
  if (built.surface !== surface) throw mismatch(`it is the ${built.surface}'s, wanted is the ${surface}'s`);
  const leak = built.files.find((file) => isEnvironmentFile(file.path));
  if (leak !== undefined) throw mismatch(`it holds ${leak.path}, which wrangler would read by itself`);
  for (const file of built.files) {
    const content = await readFile(join(from, CONTENTS, file.sha256)).catch(() => null);
    if (content === null) throw mismatch(`${file.path} is missing`);
    if (createHash('sha256').update(content).digest('hex') !== file.sha256) throw mismatch(`${file.path} is not what was built`);
    await mkdir(dirname(join(into, file.path)), { recursive: true });
    await writeFile(join(into, file.path), content);
  }
  return built;
}

async function readManifest(from: string): Promise<Manifest> {
  const text = await readFile(join(from, MANIFEST_FILE), 'utf8').catch(() => null);
  if (text === null) throw mismatch(`the artifact directory has no ${MANIFEST_FILE}`);
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw mismatch(`its ${MANIFEST_FILE} is not one of operation build`, cause);
  }
}

function mismatch(why: string, cause?: unknown): UserError {
  return new UserError(`cf-worker-deploy: the artifact is not usable: ${why}. Build it again (operation build) and download it into \`artifact-directory\`.`, { reasonCode: 'artifact-mismatch', cause });
}
