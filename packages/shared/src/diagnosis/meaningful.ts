/** Longer lines are cut: a pattern's work stays in proportion to what a person could read. */
export const LONGEST_LINE = 2000;
/** The end of a log says why; what is before these lines is not looked at. */
export const MOST_LINES = 2000;
const SHOWN = 12;

const COLOURS = /\u001b\[[0-9;]*m/gu;
// What GitHub's runner writes around every step, and what carries no word.
const FRAME = /^(?:##\[(?:group|endgroup|section|debug)\]|::(?:group|endgroup|debug)\b|Post job cleanup\.?$|Cleaning up orphan processes|Terminate orphan process|\[command\]|[\s\p{P}\p{S}]*$|Process completed with exit code|##\[error\]Process completed with exit code)/u;

/** Keeps the end of a log of any length, in bounded memory. */
export function logTail(): { take(line: string): void; lines(): readonly string[] } {
  const kept: string[] = [];
  let at = 0;
  return {
    take(line) {
      kept[at % MOST_LINES] = line.slice(0, LONGEST_LINE).replaceAll(COLOURS, '').trimEnd();
      at += 1;
    },
    lines: () => (at <= MOST_LINES ? [...kept] : [...kept.slice(at % MOST_LINES), ...kept.slice(0, at % MOST_LINES)]),
  };
}

/** The last lines that tell something, each once, the newest last; with an error line of the runner there, the lines up to the last such one. */
export function lastMeaningful(lines: readonly string[]): readonly string[] {
  const telling = [...new Set(lines.map((line) => line.trimEnd()).filter((line) => line !== '' && !FRAME.test(line)))];
  const error = telling.findLastIndex((line) => /^(?:##\[error\]|::error\b)/u.test(line));
  return (error < 0 ? telling : telling.slice(0, error + 1)).slice(-SHOWN);
}
