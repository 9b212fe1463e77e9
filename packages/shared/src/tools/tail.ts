/** The last lines that a tool wrote, of both streams as they came: bounded, whatever it writes. */
export function lastLines(mostCharacters: number): { take(line: string): void; text(): string } {
  let kept: string[] = [];
  let size = 0;
  return {
    take(line) {
      kept.push(line);
      size += line.length + 1;
      // At twice the bound, so that a long output is not copied with each of its lines.
      if (size > 2 * mostCharacters) [kept, size] = shortened(kept, mostCharacters);
    },
    text: () => kept.join('\n').slice(-mostCharacters),
  };
}

function shortened(lines: readonly string[], most: number): [string[], number] {
  const text = lines.join('\n').slice(-most);
  return [[text], text.length + 1];
}
