import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { refusalOf } from '@vendure-deploy/twin';
import { SHOP } from '../world/host.ts';
import type { GhCommand } from './command-line.ts';
import { fieldsOf } from './fields.ts';
import { performLane } from './perform.ts';
import type { Place } from './place.ts';
import { GhRefusal, httpRefusal } from './refusal.ts';

const run = promisify(execFile);
const DEFAULT_BRANCH = 'main';

/** `gh workflow run`: GitHub takes the dispatch or refuses it, as it would; then the lane runs in this world. */
export async function workflowRun(command: Extract<GhCommand, { name: 'workflow run' }>, { world }: Place): Promise<void> {
  const { workflow } = command;
  const ref = command.ref ?? DEFAULT_BRANCH;
  const shop = join(world, 'shop');
  const inputs = await fieldsOf(command);
  if (!/^[\w.-]+\.ya?ml$/u.test(workflow)) throw new GhRefusal(`could not find any workflows named ${workflow}`);
  const path = `repos/${SHOP}/actions/workflows/${workflow}`;
  if ((await fileAt(shop, `refs/heads/${DEFAULT_BRANCH}`, workflow)) === null) throw httpRefusal(404, `workflow ${workflow} not found on the default branch`, path);
  const refused = await refusalAt({ shop, ref, workflow, inputs });
  if (refused !== null) throw new GhRefusal(`could not create workflow dispatch event: ${httpRefusal(422, refused, `${path}/dispatches`).message}`);
  process.stderr.write(`✓ Created workflow_dispatch event for ${workflow} at ${ref}\n`);
  await performLane({ world, lane: workflow, ref, inputs });
}

async function refusalAt({ shop, ref, workflow, inputs }: { shop: string; ref: string; workflow: string; inputs: Readonly<Record<string, string>> }): Promise<string | null> {
  // A branch or a tag: GitHub takes no commit here.
  for (const full of [`refs/heads/${ref}`, `refs/tags/${ref}`]) {
    if (!(await isThere(shop, full))) continue;
    const file = await fileAt(shop, full, workflow);
    return file === null ? "Workflow does not have 'workflow_dispatch' trigger" : refusalOf(file, inputs);
  }
  return `No ref found for: ${ref}`;
}

function isThere(shop: string, ref: string): Promise<boolean> {
  return run('git', ['-C', shop, 'show-ref', '--verify', '--quiet', ref]).then(() => true, () => false);
}

function fileAt(shop: string, ref: string, workflow: string): Promise<string | null> {
  return run('git', ['-C', shop, 'show', `${ref}:.github/workflows/${workflow}`]).then(({ stdout }) => stdout, () => null);
}
