/** Splits a command line as .NET does on Linux: blanks separate, double quotes hold together, a backslash protects a quote (ProcessStartInfo.Arguments). */
export function splitArguments(text: string): string[] {
  const found: string[] = [];
  let at = 0;
  const blank = (): boolean => text[at] === ' ' || text[at] === '\t';
  while (at < text.length) {
    while (at < text.length && blank()) at += 1;
    if (at >= text.length) break;
    let argument = '';
    let quoted = false;
    while (at < text.length && (quoted || !blank())) {
      let slashes = 0;
      while (text[at] === '\\') {
        slashes += 1;
        at += 1;
      }
      if (text[at] !== '"') {
        argument += '\\'.repeat(slashes);
        if (at < text.length && (quoted || !blank())) {
          argument += text[at] ?? '';
          at += 1;
        }
        continue;
      }
      argument += '\\'.repeat(Math.floor(slashes / 2));
      if (slashes % 2 === 1) argument += '"';
      else if (quoted && text[at + 1] === '"') {
        argument += '"';
        at += 1;
      } else quoted = !quoted;
      at += 1;
    }
    found.push(argument);
  }
  return found;
}
