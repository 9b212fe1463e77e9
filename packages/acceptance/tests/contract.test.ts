import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type AnyActionDefinition, describeAction } from '@vendure-deploy/shared/action';
import { actionFolders, readMetadata, readTable } from '../src/index.ts';

const folders = await actionFolders();

describe.each(folders.map((folder) => [basename(folder), folder] as const))('%s', (name, folder) => {
  test('action.yml declares exactly the registered inputs, with their defaults', async () => {
    const metadata = await readMetadata(folder);
    const { inputs } = describeAction(await definition(folder));
    expect(Object.entries(metadata.inputs).map(([key, spec]) => [key, spec.description, spec.required, spec.default ?? ''])).toEqual(
      inputs.map((input) => [input.name, input.description, input.required, input.default ?? '']),
    );
  });

  test('action.yml declares exactly the outputs that are always set', async () => {
    const metadata = await readMetadata(folder);
    const { outputs } = describeAction(await definition(folder));
    expect(Object.entries(metadata.outputs).map(([key, spec]) => [key, spec.description])).toEqual(outputs.map((output) => [output.name, output.description]));
  });

  test('the README tables say what action.yml says', async () => {
    const metadata = await readMetadata(folder);
    const readme = await readFile(join(folder, 'README.md'), 'utf8');
    expect(readTable(readme, 'inputs')).toEqual(
      Object.entries(metadata.inputs).map(([key, spec]) => [key, spec.description, spec.required ? 'yes' : 'no', spec.default ?? '']),
    );
    expect(readTable(readme, 'outputs')).toEqual(Object.entries(metadata.outputs).map(([key, spec]) => [key, spec.description]));
  });

  test('it runs on node24, and post exists exactly where there is something to undo', async () => {
    const metadata = await readMetadata(folder);
    expect(metadata.runs.using).toBe('node24');
    expect(metadata.runs.main).toBe('dist/index.js');
    expect(metadata.runs.post !== undefined).toBe((await definition(folder)).post !== undefined);
    expect((await definition(folder)).name).toBe(name);
    expect(existsSync(join(folder, 'dist/index.js'))).toBe(true);
  });
});

async function definition(folder: string): Promise<AnyActionDefinition> {
  const module = (await import(join(folder, 'src/action.ts'))) as { action: AnyActionDefinition };
  return module.action;
}
