import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAMES = ['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'] as const;

/** The files over which a step talks to the runner, by the name of the variable that leads to each. */
export type CommandFiles = Readonly<Record<`GITHUB_${(typeof NAMES)[number]}`, string>>;

/** Fresh for every step, as the runner makes them. */
export async function makeCommandFiles(home: string): Promise<CommandFiles> {
  const entries = NAMES.map((name) => [`GITHUB_${name}`, join(home, `${name.toLowerCase()}_${randomUUID()}`)] as const);
  for (const [, path] of entries) await writeFile(path, '');
  return Object.fromEntries(entries) as CommandFiles;
}

/** What stands in each of them. */
export async function readCommandFiles(files: CommandFiles): Promise<CommandFiles> {
  const entries = Object.entries(files).map(async ([name, path]) => [name, await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(entries)) as CommandFiles;
}

/**
 * `name=value` lines and heredocs in the order in which they were written, a name written twice twice.
 * @throws for what the runner would refuse
 */
export function pairsOf(text: string): (readonly [name: string, value: string])[] {
  const lines = text.split('\n');
  const found: (readonly [string, string])[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/u.exec(line) ?? [];
    if (name === undefined || delimiter === undefined) {
      const equals = line.indexOf('=');
      if (equals < 1) throw new Error(`Invalid format "${line}": the runner takes name=value or name<<delimiter.`);
      found.push([line.slice(0, equals), line.slice(equals + 1)]);
      continue;
    }
    const end = lines.indexOf(delimiter, at + 1);
    if (end < 0) throw new Error(`Matching delimiter not found for "${name}".`);
    found.push([name, lines.slice(at + 1, end).join('\n')]);
    at = end;
  }
  return found;
}
