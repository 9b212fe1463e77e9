/** GitHub's own client of the cache in a process of its own, which is told of no twin: does one piece of work and prints what came of it. */
import { readFileSync } from 'node:fs';
import { restoreCache, saveCache } from '@actions/cache';

/** What it prints last; an id of -1 is nothing saved, a hit of null nothing found. */
export interface Came {
  readonly id?: number;
  readonly hit?: string | null;
  readonly bytes?: string | null;
}

const [work = '', path = '', key = '', ...restoreKeys] = process.argv.slice(2);
const came: Came = work === 'save' ? { id: await saveCache([path], key) } : await restored();
process.stdout.write(`\n${JSON.stringify(came)}\n`);

async function restored(): Promise<Came> {
  const hit = await restoreCache([path], key, restoreKeys);
  return { hit: hit ?? null, bytes: hit === undefined ? null : readFileSync(path).toString('base64') };
}
