import { glob } from 'node:fs/promises';
import { root } from '../check.ts';

/** What one tool says of one place. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export interface Linter {
  /** Its name in conformance-tools.json, in the list of what is excused, and in the first line of its bad files. */
  readonly tool: string;
  readonly name: string;
  /** Whatever this repository has for it. */
  targets(): Promise<readonly string[]>;
  /** @throws when it could not do its work: that is no absence of findings */
  findings(program: string, targets: readonly string[], helper: string): Promise<Finding[]>;
  /** Another tool that it starts. */
  readonly helper?: string;
}

/** @throws where nothing is there: nothing would be checked */
export async function filesOf(...patterns: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob([...patterns], { cwd: root, exclude: ['**/node_modules/**'] })) files.push(file);
  if (files.length === 0) throw new Error(`${patterns.join(', ')}: no such file. Nothing would be checked.`);
  return files.sort();
}

export const WORKFLOWS = ['.github/workflows/*.{yml,yaml}', 'examples/*/.github/workflows/*.{yml,yaml}'];
