import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, matchesGlob, relative, sep } from 'node:path';
import type { JobState } from '../engine/job-state.ts';
import { findFiles } from '../search/files.ts';
import type { BuiltinRequest } from './request.ts';

/** actions/upload-artifact into the run's own store: by its glob, without hidden files unless asked; names are unique within an attempt unless `overwrite`. */
export async function uploadArtifact({ inputs, state, line }: BuiltinRequest): Promise<Record<string, string>> {
  const name = inputs['name'] || 'artifact';
  if (/["':<>|*?\r\n\\/]/u.test(name)) throw new Error(`The artifact name is not valid: ${name}. It must not contain: " : < > | * ? \\ / and line ends`);
  const { files, roots } = await findFiles({ patterns: inputs['path'] ?? '', hidden: inputs['include-hidden-files'] === 'true', workspace: state.workspace, node: state.request.run.options.node });
  if (files.length === 0) {
    const message = `No files were found with the provided path: ${inputs['path'] ?? ''}. No artifacts will be uploaded.`;
    if (inputs['if-no-files-found'] === 'error') throw new Error(message);
    if (inputs['if-no-files-found'] !== 'ignore') line(`##[warning]${message}`);
    return {};
  }
  const target = join(storeOf(state), name);
  const { uploaded } = state.request.run;
  if (await exists(target)) {
    if (uploaded.has(name) && inputs['overwrite'] !== 'true') throw new Error(`Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run`);
    await rm(target, { recursive: true });
  }
  uploaded.add(name);
  await mkdir(target, { recursive: true });
  const root = rootOf(files, roots);
  for (const file of files) await cp(file, join(target, relative(root, file)));
  line(`Artifact ${name} has been successfully uploaded! (${files.length} files)`);
  return { 'artifact-id': '1', 'artifact-url': '', 'artifact-digest': '' };
}

/** actions/download-artifact of this run: one by its name, or all (or those of `pattern`), each in a folder of its own unless `merge-multiple`. */
export async function downloadArtifact({ inputs, state, line }: BuiltinRequest): Promise<Record<string, string>> {
  const given = inputs['path'] ?? '';
  const target = isAbsolute(given) ? given : join(state.workspace, given);
  const store = storeOf(state);
  const name = inputs['name'] ?? '';
  await mkdir(target, { recursive: true });
  if (name !== '') {
    if (!(await exists(join(store, name)))) throw new Error(`Unable to download artifact(s): Artifact not found for name: ${name}`);
    await cp(join(store, name), target, { recursive: true });
    line(`Artifact ${name} has been downloaded to ${target}`);
    return { 'download-path': target };
  }
  const pattern = inputs['pattern'] || '*';
  const names = (await readdir(store).catch(() => [])).filter((one) => matchesGlob(one, pattern)).sort();
  for (const one of names) await cp(join(store, one), inputs['merge-multiple'] === 'true' ? target : join(target, one), { recursive: true });
  line(`Total of ${names.length} artifact(s) downloaded`);
  return { 'download-path': target };
}

function storeOf(state: JobState): string {
  const { artifacts, work } = state.request.run.options;
  return artifacts ?? join(work, '_artifacts');
}

/** Several paths share their least common ancestor, one file is its own root (upload-artifact, search.ts). */
function rootOf(files: readonly string[], roots: readonly string[]): string {
  const [only = ''] = roots;
  if (roots.length === 1) return files.length === 1 && files[0] === only ? dirname(only) : only;
  const parts = roots.map((path) => path.split(sep));
  const [first = []] = parts;
  const differs = first.findIndex((part, index) => parts.some((other) => other[index] !== part));
  return first.slice(0, differs < 0 ? first.length : differs).join(sep) || sep;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
