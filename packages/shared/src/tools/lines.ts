import { StringDecoder } from 'node:string_decoder';

/** A line that never ends is cut, so that a tool cannot fill our memory. */
const longestLine = 64 * 1024;

/** Whole lines from chunks that break anywhere, also within a character or a secret. A lone carriage return ends a line too (progress bars). */
export function lineReader(onLine: (line: string) => void): { take(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return {
    take(chunk) {
      const parts = (rest + decoder.write(chunk)).split(/\r?\n|\r(?!$)/);
      rest = parts.pop() ?? '';
      for (const line of parts) emit(line);
      if (rest.length > longestLine) {
        emit(rest);
        rest = '';
      }
    },
    end() {
      const last = rest + decoder.end();
      rest = '';
      if (last !== '') emit(last);
    },
  };

  function emit(line: string): void {
    if (line !== '') onLine(line.replace(/\r$/, ''));
  }
}
