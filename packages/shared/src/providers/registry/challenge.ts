/** One of the ways in which a server wants to be told who asks (RFC 9110, 11.6.1). */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** Names in lower case. */
  parameters: Readonly<Record<string, string>>;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"/;

/** A header may hold several challenges, and a quoted text commas and spaces of its own. What is not understood is left out. */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = header;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const name = TOKEN.exec(rest)?.[0];
    if (name === undefined) return found;
    rest = rest.slice(name.length);
    const value = valueOf(rest);
    const current = found.at(-1);
    if (value !== null && current !== undefined) {
      current.parameters[name.toLowerCase()] = value.text;
      rest = value.rest;
    } else if (value === null) {
      found.push({ scheme: name.toLowerCase(), parameters: {} });
    } else {
      return found;
    }
  }
}

/** What stands behind a parameter's name; null: it was a scheme. */
function valueOf(rest: string): { text: string; rest: string } | null {
  const sign = /^\s*=\s*/.exec(rest)?.[0];
  if (sign === undefined) return null;
  const value = rest.slice(sign.length);
  const quoted = QUOTED.exec(value);
  if (quoted !== null) return { text: (quoted[1] ?? '').replace(/\\(.)/g, '$1'), rest: value.slice(quoted[0].length) };
  const plain = TOKEN.exec(value)?.[0] ?? '';
  return { text: plain, rest: value.slice(plain.length) };
}
