import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import semver from 'semver';
import { z } from 'zod';
import type { Wrangler } from './wrangler.ts';

const packageFile = z.object({ version: z.string(), bin: z.object({ wrangler: z.string() }) });

/** What its options, texts and output file were measured with. */
const SUPPORTED = '>=4.130.0 <5';

/**
 * As Node resolves it from the surface's folder, but never above the workspace: a global wrangler is nobody's choice.
 * @throws {UserError} tool-unavailable, or invalid-config for a range that is none
 */
export async function shopWrangler(workspace: string, directory: string, range: string): Promise<Wrangler> {
  if (semver.validRange(range) === null) throw new UserError(`cf-worker-deploy: tools.wrangler.range is ${JSON.stringify(range)}. Give a range as npm knows it, as "${SUPPORTED}".`, { reasonCode: 'invalid-config' });
  for (let folder = join(workspace, directory); !relative(workspace, folder).startsWith('..'); folder = dirname(folder)) {
    const home = join(folder, 'node_modules/wrangler');
    const text = await readFile(join(home, 'package.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    const { version, bin } = packageFile.parse(JSON.parse(text));
    if (!semver.satisfies(version, range)) throw unavailable(`${directory} has wrangler ${version}; tools.wrangler.range allows ${range}. Pin one of that range in ${directory}/package.json, or change the range`);
    if (!semver.satisfies(version, SUPPORTED)) throw unavailable(`${directory} has wrangler ${version}; this suite knows ${SUPPORTED}. Pin one of these in ${directory}/package.json, or leave tools.wrangler out of the configuration: then the suite brings its own`);
    return { version, entry: join(home, bin.wrangler), from: 'shop' };
  }
  throw unavailable(`the configured \`install\` brought no wrangler for ${directory}. Add it to the devDependencies of ${directory}/package.json, pinned; or leave tools.wrangler out of the configuration: then the suite brings its own`);
}

function unavailable(why: string): UserError {
  return new UserError(`cf-worker-deploy: ${why}.`, { reasonCode: 'tool-unavailable' });
}
