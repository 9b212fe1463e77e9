import { posix } from 'node:path';

/** What a tool looked for in vain. */
export type Missing =
  /** A file; a relative path is joined to that of who wanted it, where that is told. */
  | { readonly kind: 'path'; readonly path: string }
  /** By a package's name: that, and what of it. */
  | { readonly kind: 'specifier'; readonly specifier: string }
  /** A package was found, and what it names as its entry was not. */
  | { readonly kind: 'entry'; readonly name: string };

const ENTRY = 'Failed to resolve entry for package ';
/** What the name of the module stands behind, in quotes. */
const WORDS = [
  // Node, both module systems, and TypeScript's TS2307.
  'Cannot find module ',
  // Node, where `main` of a package's own manifest leads nowhere; also a package that is not installed.
  'Cannot find package ',
  // esbuild, Rollup, Rolldown.
  'Could not resolve ',
  // esbuild, of what the `exports` of a package name.
  'The module ',
  // Rollup and Vite, with either first letter.
  'ailed to resolve import ',
  ENTRY,
  // webpack.
  "Can't resolve ",
] as const;
const LONGEST = 1024;
const PATH = /^(?:\.|\/|[A-Za-z]:\/)/;
// esbuild has an empty line between, and Node one that says `Require stack:`.
const LINES_AFTER = 3;

/** Every module that the line at `index` calls missing, by each of the words once. */
export function missingIn(lines: readonly string[], index: number): Missing[] {
  const line = lines[index] ?? '';
  return WORDS.flatMap((words): Missing[] => {
    const at = line.indexOf(words);
    const quoted = at === -1 ? null : quotedAt(line, at + words.length);
    if (quoted === null) return [];
    const rest = line.slice(quoted.end, quoted.end + LONGEST);
    if (words === 'The module ' && !rest.startsWith(' was not found on the file system')) return [];
    if (words === ENTRY) return [{ kind: 'entry', name: quoted.text }];
    const wanted = quoted.text.replaceAll('\\', '/');
    if (!PATH.test(wanted)) return [{ kind: 'specifier', specifier: wanted }];
    const importer = sameLine(line.slice(Math.max(0, at - LONGEST), at), rest) ?? linesBelow(lines, index);
    return [{ kind: 'path', path: joined(wanted, importer) }];
  });
}

function quotedAt(line: string, start: number): { readonly text: string; readonly end: number } | null {
  const quote = line[start] ?? '';
  if (!['"', "'", '`'].includes(quote)) return null;
  const text = line.slice(start + 1, start + 1 + LONGEST);
  const length = text.indexOf(quote);
  return length <= 0 ? null : { text: text.slice(0, length), end: start + length + 2 };
}

/** Who wanted it, in the words of the same line: before it (TypeScript), or behind it. */
function sameLine(before: string, after: string): string | null {
  const typescript = /([^\s()]+)(?:\(\d+,\d+\):|:\d+:\d+ -) error TS2307: $/.exec(before)?.[1];
  if (typescript !== undefined) return typescript;
  const [, words, quoted, bare] = /^ (imported from|from|in) (?:["']([^"']+)["']|(\S+))/.exec(after) ?? [];
  const who = quoted ?? bare;
  if (who === undefined) return null;
  // webpack names the folder: what is joined to it takes the last part for a file.
  return words === 'in' && quoted !== undefined ? `${who}/.` : who;
}

/** The same in the lines below: Node's `Require stack:`, and the place that esbuild shows. */
function linesBelow(lines: readonly string[], index: number): string | null {
  for (const line of lines.slice(index + 1, index + 1 + LINES_AFTER)) {
    const text = line.slice(0, LONGEST).trimEnd();
    const required = text.lastIndexOf('- ');
    if (required !== -1 && (lines[index + 1] ?? '').includes('Require stack:')) return text.slice(required + 2);
    const place = /^(.+):\d+:\d+:$/.exec(text.slice(text.lastIndexOf(' ') + 1))?.[1];
    if (place !== undefined) return place;
  }
  return null;
}

function joined(path: string, importer: string | null): string {
  return path.startsWith('.') && importer !== null ? posix.join(posix.dirname(importer.replaceAll('\\', '/')), path) : path;
}
