/** Rows under their headings, as flyctl draws them on a screen that it takes for a wide one. */
export function table(rows: readonly (readonly string[])[], title = ''): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => ` ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' │ ')} \n`).join('');
  return `${title === '' ? '' : `${bold(title)}\n`}${lines}\n`;
}

/** One thing, its properties below one another. */
export function verticalTable(title: string, properties: Readonly<Record<string, string>>): string {
  return table(Object.entries(properties), title);
}

// NO_COLOR does not take all of it away (measured).
function bold(text: string): string {
  return `\u001B[1m${text}\u001B[0m`;
}
