import { installed } from '../conformance-tools.ts';
import { type Check, closingLine, fail, missing, start } from './check.ts';

const TOOLS = ['sshd', 'rsync', 'php8.2'];

/** wp-deploy with a real sshd, rsync and PHP, all from Debian. */
export const realHost: Check = {
  name: 'a WordPress plugin on a host with a real sshd, rsync and PHP',
  run: async (say) => {
    const tools: Record<string, string> = {};
    for (const name of TOOLS) {
      const found = await installed(name, say);
      if ('missing' in found) return missing(found.missing);
      tools[name] = found.path;
    }
    const built = await start(process.execPath, ['script/build.ts']);
    if (built.code !== 0) return fail(built.said);
    const { said } = await start('script/test', ['wordpress-conformance/.*\\.conformance\\.test'], { ...process.env, CONFORMANCE_TOOLS: JSON.stringify(tools) });
    const outcome = closingLine(said);
    return { ...outcome, said: outcome.failed > 0 ? said : '' };
  },
};
