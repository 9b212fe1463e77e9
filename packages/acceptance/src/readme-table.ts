/** The rows of a README's table between `<!-- <name>:start -->` and `<!-- <name>:end -->`, header and rule left out, cells without backticks. */
export function readTable(readme: string, name: string): string[][] {
  const start = readme.indexOf(`<!-- ${name}:start -->`);
  const end = readme.indexOf(`<!-- ${name}:end -->`);
  if (start < 0 || end < start) throw new Error(`The README has no table between the markers ${name}:start and ${name}:end.`);
  return readme
    .slice(start, end)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map(cells);
}

function cells(line: string): string[] {
  return line
    .replace(/^\||\|$/gu, '')
    .split(/(?<!\\)\|/u)
    .map((cell) => cell.trim().replaceAll('\\|', '|').replace(/^`(.*)`$/u, '$1'));
}
