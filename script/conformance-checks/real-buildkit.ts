import { userInfo } from 'node:os';
import { installed } from '../conformance-tools.ts';
import { type Check, closingLine, fail, missing, start } from './check.ts';

const TOOLS = ['dockerd', 'docker-registry', 'skopeo', 'busybox'];

/** build-vendure-image with a real BuildKit and a real registry, both from Debian. */
export const realBuildKit: Check = {
  name: 'images with a real BuildKit and a real registry',
  run: async (say) => {
    if (userInfo().uid !== 0) return missing('dockerd needs root. Run it as root, or in a container that is.');
    const tools: Record<string, string> = {};
    for (const name of TOOLS) {
      const found = await installed(name, say);
      if ('missing' in found) return missing(found.missing);
      tools[name] = found.path;
    }
    const built = await start(process.execPath, ['script/build.ts']);
    if (built.code !== 0) return fail(built.said);
    const { said } = await start('script/test', ['image-conformance/.*\\.conformance\\.test', 'build-vendure-image/.*\\.conformance\\.test'], { ...process.env, CONFORMANCE_TOOLS: JSON.stringify(tools) });
    const outcome = closingLine(said);
    return { ...outcome, said: outcome.failed > 0 ? said : '' };
  },
};
