import { join } from 'node:path';
import { z } from 'zod';
import type { Challenge } from '@vendure-deploy/twin';
import { installed } from '../conformance-tools.ts';
import { type Check, fail, missing, type Outcome } from './check.ts';
import { summed } from './expressions.ts';
import { inside, noNetwork } from './loopback-only.ts';
import { CLIENTS, type ClientName } from './registry/client.ts';

const CHALLENGES: readonly Challenge[] = ['basic', 'bearer'];
const STEPS = 7;

/** What other people's clients make of the twin's registry: they push, copy and pull, and the digest stays what it was. */
export const registryClients: readonly Check[] = Object.keys(CLIENTS).map((name) => ({
  name: `${name} against the twin's registry, ${CHALLENGES.join(' and ')}`,
  run: async (say) => {
    const client = await installed(name, say);
    if ('missing' in client) return missing(client.missing);
    const why = await noNetwork();
    if (why !== null) return missing(why);
    const outcomes: Outcome[] = [];
    for (const challenge of CHALLENGES) outcomes.push(...(await stepsOf(name as ClientName, client.path, challenge)));
    return summed(outcomes);
  },
}));

const step = z.object({ step: z.string(), why: z.string().nullable() });

async function stepsOf(name: ClientName, path: string, challenge: Challenge): Promise<Outcome[]> {
  const { code, output, said } = await inside([process.execPath, ...process.execArgv, join(import.meta.dirname, 'registry/clients-run.ts'), name, path, challenge]);
  const lines = output.trim().split('\n').filter((line) => line !== '');
  if (code !== 0 || lines.length !== STEPS) return [fail(`${name} with ${challenge}: ${lines.length} of ${STEPS} steps were taken:\n${said}`)];
  return lines.map((line) => step.parse(JSON.parse(line))).map((taken) => (taken.why === null ? { passed: 1, failed: 0, skipped: 0, said: '' } : fail(`${taken.step}, ${challenge}: ${taken.why}`)));
}
