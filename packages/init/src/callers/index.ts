import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployConfig } from '@vendure-deploy/shared/config';
import { adapt } from './adapt.ts';
import { lanesOf } from './lanes.ts';

export { pinOf } from './adapt.ts';

/** The callers that every rehearsal runs: what is written is one of them, narrowed to the shop. */
const EXAMPLES = join(import.meta.dirname, '../../../../examples/shop/.github/workflows');
const WORKFLOWS = '.github/workflows';

export interface Caller {
  readonly path: string;
  readonly text: string;
}

/** Every caller that fits. @param pinFor the ref of the suite, for the caller at that path */
export function callersFor(config: DeployConfig, hasNx: boolean, pinFor: (path: string) => Promise<string>): Promise<Caller[]> {
  return Promise.all(lanesOf(config, hasNx).map(async (lane) => {
    const path = `${WORKFLOWS}/${lane.file}`;
    return { path, text: adapt(await readFile(join(EXAMPLES, lane.file), 'utf8'), lane, await pinFor(path)) };
  }));
}
