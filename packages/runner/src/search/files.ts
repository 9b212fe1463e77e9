import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const answer = z.object({ files: z.array(z.string()), roots: z.array(z.string()) });

export interface Search {
  /** One pattern a line; `!` excludes. */
  readonly patterns: string;
  readonly hidden: boolean;
  readonly workspace: string;
  readonly node: string;
}

/** The files that patterns match, and the folders that the patterns begin at. */
export async function findFiles({ patterns, hidden, workspace, node }: Search): Promise<z.infer<typeof answer>> {
  const { stdout } = await run(node, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'files-process.ts')], {
    cwd: workspace,
    env: { PATTERNS: patterns, HIDDEN: String(hidden) },
    maxBuffer: 256 * 1024 * 1024,
  });
  return answer.parse(JSON.parse(stdout.split('\n').find((line) => line.startsWith('found='))?.slice('found='.length) ?? '{}'));
}
