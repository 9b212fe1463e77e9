import { spansOf } from './text.ts';

export interface Command {
  readonly text: string;
  readonly words: readonly string[];
}

/** Every command of ours that a page tells to type: lines of its shell blocks, without their remarks, and code spans. */
export function commandsIn(page: string): Command[] {
  const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/gu)].flatMap(([, block = '']) => block.split('\n'));
  const spans = spansOf(page.replaceAll(/```[\s\S]*?```/gu, ''));
  const typed = [...blocks, ...spans].map((line) => line.replace(/\s+#.*$/u, '').trim()).filter((line) => /^(?:script\/[a-z-]+|npm run [a-z]+)(?: |$)/u.test(line));
  return [...new Set(typed)].map((text) => ({ text, words: wordsOf(text) }));
}

/** As a shell splits them; single quotes are all the quoting that the pages use. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|\S+/gu)].map(([word, quoted]) => quoted ?? word);
}
