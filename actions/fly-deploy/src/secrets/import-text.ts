import type { Secret } from '@vendure-deploy/shared/secrets';

/** One secret as a line or lines of `flyctl secrets import`, or why there is no way to write it. */
export type Encoded = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'impossible'; readonly why: string };

// bufio.Scanner ends without a word at a longer line, and what follows is lost (flyctl 0.4.87).
const LONGEST_LINE = 65_535;

/**
 * Writes a value so that flyctl's parser gives it back byte for byte (measured with 0.4.87). That parser knows no escapes: it takes off one layer of quotes,
 * drops leading spaces, takes the first `#` with an even number of `"` before it for a comment, and reads several lines only between `"""`.
 */
export function encode(name: string, value: string): Encoded {
  const why = unwritable(value);
  if (why !== null) return { kind: 'impossible', why };
  const text = value.includes('\n') ? several(value) : single(value);
  if (text === null) return { kind: 'impossible', why: 'its first line has a `#` behind an odd number of double quotes, where flyctl begins a comment' };
  const lines = `${name}=${text}`;
  if (lines.split('\n').some((line) => Buffer.byteLength(line) > LONGEST_LINE)) return { kind: 'impossible', why: 'it has a line of more than 64 KiB, at which flyctl stops reading' };
  return { kind: 'text', text: lines };
}

/** @returns the standard input of `flyctl secrets import`, and the names that have no form there, each with the reason */
export function importText(secrets: ReadonlyMap<string, Secret>): { readonly text: string; readonly refused: readonly { readonly name: string; readonly why: string }[] } {
  const encoded = [...secrets].map(([name, value]) => ({ name, ...encode(name, value.reveal()) }));
  return {
    text: encoded.flatMap((one) => (one.kind === 'text' ? [`${one.text}\n`] : [])).join(''),
    refused: encoded.flatMap((one) => (one.kind === 'impossible' ? [{ name: one.name, why: one.why }] : [])),
  };
}

function unwritable(value: string): string | null {
  if (value.includes('\0')) return 'it holds a NUL byte, which no environment variable can';
  if (!value.isWellFormed()) return 'it is no well-formed Unicode text';
  if (value.includes('\r\n')) return 'it has a carriage return before a line break (CRLF), which flyctl drops; give it with plain line breaks';
  if (value.split('\n').slice(0, -1).some((line) => line.endsWith('"""'))) return 'a line of it ends in `"""`, at which flyctl ends the value';
  return null;
}

function several(value: string): string | null {
  const [first = ''] = value.split('\n');
  return isComment(`"""${first}`) ? null : `"""${value}"""`;
}

/** The quotes decide whether a `#` begins a comment: double ones turn an even number before it into an odd one, single ones leave it. */
function single(value: string): string | null {
  if (isComment(`"${value}`)) return `'${value}'`;
  // Three quotes at the beginning would be those of a value over several lines.
  return value === '"' || value.startsWith('""') ? `"""${value}"""` : `"${value}"`;
}

function isComment(text: string): boolean {
  const hash = text.indexOf('#');
  return hash >= 0 && text.slice(0, hash).split('"').length % 2 === 1;
}
