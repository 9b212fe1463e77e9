import { FlyctlError } from '../error.ts';

// bufio.Scanner's longest line: what is longer ends the reading without a word, and later secrets are lost.
const LONGEST_LINE = 65_535;

/**
 * What `flyctl secrets import` makes of its standard input. All of it is measured (0.4.87), quirks included: a `#` with an even number of quotes before it
 * starts a comment, names are not checked, an unterminated `"""` swallows the rest.
 * @throws {FlyctlError} for a line without `=`, and where flyctl panics: a value that is a single quote (by its source)
 */
export function parseSecrets(text: string): Record<string, string> {
  const secrets: Record<string, string> = {};
  let open: { name: string; value: string } | null = null;
  for (const line of linesOf(text)) {
    if (open !== null) {
      if (line.endsWith('"""')) {
        secrets[open.name] = open.value + line.slice(0, -3);
        open = null;
      } else open.value += `${line}\n`;
      continue;
    }
    if (line.startsWith('#') || line.trim() === '') continue;
    const [name, value] = pairOf(line);
    if (value.startsWith('"""') && !(value.length >= 6 && value.endsWith('"""'))) open = { name, value: `${value.slice(3)}\n` };
    else secrets[name] = unquoted(value);
  }
  return secrets;
}

function* linesOf(text: string): Generator<string> {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    if (Buffer.byteLength(line) > LONGEST_LINE) return;
    yield line.replace(/\r$/u, '');
  }
}

function pairOf(line: string): [string, string] {
  const equals = line.indexOf('=');
  if (equals < 0) throw new FlyctlError(`Failed to parse secrets from stdin: Secrets must be provided as NAME=VALUE pairs (${line} is invalid)`);
  const value = line.slice(equals + 1).replace(/^ +/u, '');
  const comment = value.indexOf('#');
  const isComment = comment >= 0 && value.slice(0, comment).split('"').length % 2 === 1;
  return [line.slice(0, equals).trim(), isComment ? value.slice(0, comment).replace(/ +$/u, '') : value];
}

function unquoted(value: string): string {
  // It begins and ends with the same quote, and Go takes off two characters of one.
  if (value === '"' || value === "'") throw new FlyctlError('panic: runtime error: slice bounds out of range [1:0]');
  for (const quote of ['"""', '"', "'"]) {
    if (value.length >= 2 * quote.length && value.startsWith(quote) && value.endsWith(quote)) return value.slice(quote.length, -quote.length);
  }
  return value;
}
