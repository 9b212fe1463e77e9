export interface Pairs { readonly pairs: readonly (readonly [name: string, value: string])[]; readonly error: string | null }

/** What a step wrote to GITHUB_OUTPUT, GITHUB_ENV or GITHUB_STATE. Pairs before a bad line stay (FileCommandManager.cs). */
export function readPairs(text: string): Pairs {
  const pairs: [string, string][] = [];
  for (let at = 0; at < text.length;) {
    const line = lineAt(text, at);
    at = line.next;
    if (line.text === '') continue;
    const equals = line.text.indexOf('='), heredoc = line.text.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) return { pairs, error: `Invalid format '${line.text}'. Name must not be empty` };
      pairs.push([line.text.slice(0, equals), line.text.slice(equals + 1)]);
      continue;
    }
    if (heredoc < 0) return { pairs, error: `Invalid format '${line.text}'` };
    const name = line.text.slice(0, heredoc), delimiter = line.text.slice(heredoc + 2);
    if (name === '' || delimiter === '') return { pairs, error: `Invalid format '${line.text}'. Name must not be empty and delimiter must not be empty` };
    const value: string[] = [];
    for (;;) {
      if (at >= text.length) return { pairs, error: `Invalid value. Matching delimiter not found '${delimiter}'` };
      const next = lineAt(text, at);
      at = next.next;
      if (next.text === delimiter) break;
      if (!next.ended) return { pairs, error: 'Invalid value. EOF marker missing new line.' };
      value.push(next.text);
    }
    pairs.push([name, value.join('\n')]);
  }
  return { pairs, error: null };
}

function lineAt(text: string, at: number): { text: string; next: number; ended: boolean } {
  const end = text.indexOf('\n', at);
  return end < 0 ? { text: text.slice(at), next: text.length, ended: false } : { text: text.slice(at, end), next: end + 1, ended: true };
}
