import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planWorkflow, Refused, type WorkflowPlan } from '@vendure-deploy/runner';
import { root } from '../../src/index.ts';

const SUITE = 'vendure-deploy/suite';
const here = { directory: root, sha: 'a'.repeat(40) };

/** What GitHub's parser and our runner's plan make of a file of this repository: `$/` and the suite at any ref are this very tree. */
export async function planOf(path: string): Promise<WorkflowPlan | string> {
  return planned({ repository: SUITE, ...here, workflow: path });
}

/** The same of a file in a shop of its own. */
export async function planOfCaller(text: string): Promise<WorkflowPlan | string> {
  const directory = await mkdtemp(join(tmpdir(), 'caller-'));
  try {
    await mkdir(join(directory, '.github/workflows'), { recursive: true });
    await writeFile(join(directory, '.github/workflows/caller.yml'), text);
    return await planned({ repository: 'example/shop', directory, sha: 'b'.repeat(40), workflow: '.github/workflows/caller.yml' });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function planned(given: { repository: string; directory: string; sha: string; workflow: string }): Promise<WorkflowPlan | string> {
  try {
    return await planWorkflow({ ...given, ref: 'refs/heads/main', resolveRepository: (repository) => (repository === SUITE ? Promise.resolve(here) : Promise.reject(new Error(`${repository} is not here`))) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.message;
  }
}
