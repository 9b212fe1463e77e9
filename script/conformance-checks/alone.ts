import { join } from 'node:path';
import { z } from 'zod';
import { type Check, fail, missing, pass, root, start } from './check.ts';
import { inside, noNetwork, unshare } from './loopback-only.ts';

const PROGRAM = ['--disable-warning=ExperimentalWarning', '--conditions=@vendure-deploy/source', join(root, 'packages/rehearsal/src/main.ts'), 'deploy-production', '--json'];

/** One whole rehearsal where no way leads out of the machine: what is deployed there needs nobody outside. */
export const alone: Check = {
  name: 'a whole rehearsal in a network of its own, with only `lo` up',
  run: async () => {
    const why = await noNetwork();
    if (why !== null) return missing(why);
    const built = await start(process.execPath, ['script/build.ts']);
    if (built.code !== 0) return fail(built.said);
    const { code, output, said } = await inside([process.execPath, ...PROGRAM]);
    const seen = outcome.safeParse(jsonOf(output)).data;
    if (code !== 0 || seen?.verdict !== 'deployed' || seen['stray-calls'].length > 0) return fail(said);
    return pass(`${unshare.join(' ')}: ${seen.verdict} in ${seen.seconds} s, no stray call`);
  },
};

const outcome = z.object({ verdict: z.string().nullable(), 'stray-calls': z.array(z.string()), seconds: z.number() });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
