import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { conformanceTool } from '../stage/conformance-tools.ts';

export const SHOP = join(import.meta.dirname, '../../../../examples/ritsubi');

export interface Typed {
  readonly exitCode: number;
  /** The command lines that were started, each with its program's name first. */
  readonly calls: readonly string[];
  /** What stood on standard input of the last of them. */
  readonly input: string;
  readonly said: string;
}

export interface Recipes extends AsyncDisposable {
  /** Types `just …` in the shop's folder, with these variables and nothing else of the machine's. */
  just(args: readonly string[], given?: { readonly environment?: Readonly<Record<string, string>>; readonly input?: string }): Promise<Typed>;
}

// Its arguments between unit separators, a call a line; its input beside it.
const RECORDER = `#!/bin/sh
{ printf '%s' "\${0##*/}"; printf '\\037%s' "$@"; echo; } >> "$RECORDED/calls"
if [ "\${0##*/}" = flyctl ]; then cat > "$RECORDED/input"; fi
`;

/** @param tools programs that are real here, by their names: no recorder stands in their place */
export async function openRecipes(tools: Readonly<Record<string, string>> = {}): Promise<Recipes> {
  const folder = await mkdtemp(join(tmpdir(), 'recipes-'));
  for (const place of ['bin', 'suite/script']) await mkdir(join(folder, place), { recursive: true });
  for (const program of ['bin/gh', 'bin/flyctl', 'suite/script/deploy', 'suite/script/status']) {
    await writeFile(join(folder, program), RECORDER);
    await chmod(join(folder, program), 0o755);
  }
  for (const [name, path] of Object.entries(tools)) await writeFile(join(folder, 'bin', name), `#!/bin/sh\nexec '${path}' "$@"\n`);
  return {
    just: async (args, { environment = {}, input = '' } = {}) => {
      for (const file of ['calls', 'input']) await rm(join(folder, file), { force: true });
      const env = { PATH: `${join(folder, 'bin')}:${dirname(conformanceTool('just'))}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder, SUITE: join(folder, 'suite'), RECORDED: folder, LC_ALL: 'C', ...environment };
      const ended = await new Promise<{ exitCode: number; said: string }>((resolve) => {
        const child = execFile(conformanceTool('just'), ['--color', 'never', ...args], { cwd: SHOP, env }, (error, stdout, stderr) => resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, said: stdout + stderr }));
        child.stdin?.end(input);
      });
      const recorded = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
      return { ...ended, calls: recorded.split('\n').filter((line) => line !== '').map((line) => line.split('\u001F').map(quoted).join(' ')), input: await readFile(join(folder, 'input'), 'utf8').catch(() => '') };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** As a person would have to type it. */
function quoted(word: string): string {
  return /^[\w./:=@-]+$/u.test(word) ? word : `'${word}'`;
}
