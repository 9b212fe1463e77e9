import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../src/index.ts';

const FOLDER = 'packages/workflows/tests/bad';

interface Bad {
  readonly path: string;
  readonly text: string;
  /** What the gate says of it. */
  readonly red: string;
}

/** Files that a gate must not let pass. Each says in its first line which gate, and what that finds: `# red: <gate> <finding>`. */
export async function badFiles(gate?: string): Promise<Bad[]> {
  const names = (await readdir(join(root, FOLDER))).sort();
  const files = await Promise.all(names.map(async (name) => ({ path: `${FOLDER}/${name}`, text: await readFile(join(root, FOLDER, name), 'utf8') })));
  return files.filter(({ text }) => gate === undefined || redOf(text).gate === gate).map((file) => ({ ...file, red: redOf(file.text).finding }));
}

export function redOf(text: string): { readonly gate: string; readonly finding: string } {
  const [, gate = '', finding = ''] = /^# red: ([\w-]+) (.+)$/mu.exec(text) ?? [];
  return { gate, finding };
}
