import { Refusal } from './refusal.ts';

export interface Instruction {
  readonly line: number;
  readonly keyword: string;
  readonly rest: string;
}

const UNDERSTOOD = new Set(['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'ARG', 'LABEL', 'EXPOSE', 'USER', 'ENTRYPOINT', 'CMD']);

/** One instruction per entry, continued lines joined. Anything outside the subset is refused with its line. */
export function readDockerfile(text: string, path: string): Instruction[] {
  const instructions: Instruction[] = [];
  let pending = '';
  let first = 0;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (/^#\s*(syntax|escape)\s*=/i.test(line)) refuseAt(path, index + 1, `the parser directive "${line}" needs a frontend that the stand-in does not have`);
    if (line === '' || line.startsWith('#')) return;
    if (pending === '') first = index + 1;
    pending += line.endsWith('\\') ? `${line.slice(0, -1)} ` : line;
    if (line.endsWith('\\')) return;
    instructions.push(instruction(pending, first, path));
    pending = '';
  });
  if (pending !== '') instructions.push(instruction(pending, first, path));
  if (!instructions.some((each) => each.keyword === 'FROM')) throw new Refusal(`${path}: file with no instructions: a FROM is needed`);
  return instructions;
}

export function refuseAt(path: string, line: number, message: string): never {
  throw new Refusal(`${path}:${line}: ${message}`);
}

/** `["a", "b"]`, or null when the text is not the exec form. */
export function execForm(text: string): string[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((word) => typeof word === 'string') ? parsed : null;
  } catch {
    return null;
  }
}

/** Words as the builder splits them: quotes group, a backslash takes the next character as it is. */
export function words(text: string): string[] {
  return (text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []).map((word) =>
    word.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double: string | undefined, single: string | undefined, escaped: string | undefined) =>
      double?.replace(/\\(.)/g, '$1') ?? single ?? escaped ?? ''));
}

/** `$NAME`, `${NAME}` and `${NAME:-default}`. */
export function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\\\$|\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)/g, (match, braced: string | undefined, fallback: string | undefined, plain: string | undefined) => {
    if (match === '\\$') return '$';
    const value = values[braced ?? plain ?? ''] ?? '';
    return value === '' ? fallback ?? '' : value;
  });
}

function instruction(text: string, line: number, path: string): Instruction {
  const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
  const keyword = word.toUpperCase();
  if (!UNDERSTOOD.has(keyword)) refuseAt(path, line, `the stand-in does not understand ${keyword}`);
  if (/<<-?["']?\w+/.test(rest)) refuseAt(path, line, `the stand-in does not understand a here-document after ${keyword}`);
  return { line, keyword, rest: rest.trim() };
}
