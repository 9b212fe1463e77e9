import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';

export const root = join(import.meta.dirname, '../../..');

/** A workflow or action file, as text and as a tree whose places have lines. */
export interface Source {
  /** Below the repository. */
  readonly path: string;
  readonly text: string;
  readonly document: Document.Parsed;
  lineAt(node: unknown): number;
}

/** The suite's own workflows. */
export const LANES = '.github/workflows/*.{yml,yaml}';
/** Those of every example repository: they call the suite. */
export const CALLERS = 'examples/*/.github/workflows/*.{yml,yaml}';
export const ACTIONS = 'actions/*/action.yml';

/** By their paths, sorted. @throws when there is none: nothing would be checked */
export async function sources(...patterns: readonly string[]): Promise<Source[]> {
  const paths: string[] = [];
  for await (const path of glob([...patterns], { cwd: root })) paths.push(path);
  if (paths.length === 0) throw new Error(`${patterns.join(', ')}: no such file. Nothing would be checked.`);
  return Promise.all(paths.sort().map(async (path) => source(path, await readFile(join(root, path), 'utf8'))));
}

export function source(path: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (node: unknown): number => lines.linePos((node as { range?: readonly [number, ...number[]] } | null)?.range?.[0] ?? 0).line;
  return { path, text, document, lineAt };
}
