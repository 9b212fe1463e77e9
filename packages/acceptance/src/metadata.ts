import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const metadata = z.object({
  name: z.string(),
  description: z.string(),
  inputs: z.record(z.string(), z.object({ description: z.string(), required: z.boolean().default(false), default: z.string().optional() })).default({}),
  outputs: z.record(z.string(), z.object({ description: z.string() })).default({}),
  runs: z.object({ using: z.string(), main: z.string(), post: z.string().optional() }),
  branding: z.object({ icon: z.string(), color: z.string() }),
});

export type ActionMetadata = z.infer<typeof metadata>;

const actionsRoot = join(import.meta.dirname, '../../../actions');

/** Absolute folders of all actions of the suite, by name. */
export async function actionFolders(): Promise<string[]> {
  return (await readdir(actionsRoot)).sort().map((name) => join(actionsRoot, name));
}

/** An action's `action.yml`, as GitHub would read it. */
export async function readMetadata(folder: string): Promise<ActionMetadata> {
  return metadata.parse(parse(await readFile(join(folder, 'action.yml'), 'utf8')));
}
