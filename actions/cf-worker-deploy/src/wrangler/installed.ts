import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import semver from 'semver';
import { z } from 'zod';

/** The shop's own wrangler: pinned by its lock file, so that the deploy and a developer's machine run the same one. */
export interface Wrangler {
  readonly version: string;
  /** Its program, to be started with our own Node. */
  readonly entry: string;
}

const packageFile = z.object({ version: z.string(), bin: z.object({ wrangler: z.string() }) });

/**
 * As Node resolves it from the surface's folder, but never above the workspace: a global wrangler is nobody's choice.
 * @throws {UserError} tool-unavailable, or invalid-config for a range that is none
 */
export async function installedWrangler(workspace: string, directory: string, range: string): Promise<Wrangler> {
  if (semver.validRange(range) === null) throw new UserError(`cf-worker-deploy: tools.wrangler.range is ${JSON.stringify(range)}. Give a range as npm knows it, as ">=4.130.0 <5".`, { reasonCode: 'invalid-config' });
  for (let folder = join(workspace, directory); !relative(workspace, folder).startsWith('..'); folder = dirname(folder)) {
    const home = join(folder, 'node_modules/wrangler');
    const text = await readFile(join(home, 'package.json'), 'utf8').catch(() => null);
    if (text === null) continue;
    const { version, bin } = packageFile.parse(JSON.parse(text));
    if (!semver.satisfies(version, range)) {
      throw new UserError(`cf-worker-deploy: ${directory} has wrangler ${version}; tools.wrangler.range allows ${range}. Pin one of that range in ${directory}/package.json, or change the range.`, { reasonCode: 'tool-unavailable' });
    }
    return { version, entry: join(home, bin.wrangler) };
  }
  throw new UserError(`cf-worker-deploy: the configured \`install\` brought no wrangler for ${directory}. Add it to the devDependencies of ${directory}/package.json, pinned.`, { reasonCode: 'tool-unavailable' });
}
