/** One numbered step of a recipe: its text, on one line as it stands in CONTRIBUTING.md. */
export type Step = string;

/** What a sentence of a recipe tells to do. */
export type Deed =
  | { readonly kind: 'insert'; readonly file: string; readonly where: 'above' | 'below'; readonly anchor: string; readonly line: string }
  | { readonly kind: 'replace'; readonly file: string; readonly old: string; readonly by: string }
  | { readonly kind: 'run'; readonly command: string };

/** The steps below that heading. @throws when there is no such recipe */
export function stepsOf(text: string, heading: string): Step[] {
  const [, after = ''] = text.split(`\n### ${heading}\n`);
  const steps = (after.split(/\n#{2,3} /u)[0] ?? '').split('\n').filter((line) => /^\d+\. /u.test(line));
  if (steps.length === 0) throw new Error(`CONTRIBUTING.md has no steps below "### ${heading}".`);
  return steps;
}

export function deedsOf(step: Step): Deed[] {
  return [...step.matchAll(/(?<=^\d+\. |[.`] )(?:Insert in|Replace in|Run) .*?(?= Insert in | Replace in | Run |$)/gu)].map(([sentence]) => deedOf(sentence));
}

function deedOf(sentence: string): Deed {
  const [first = '', second = '', third = ''] = spansOf(sentence);
  if (sentence.startsWith('Run ')) return { kind: 'run', command: needed(first, sentence) };
  if (sentence.startsWith('Replace ')) return { kind: 'replace', file: first, old: second, by: needed(third, sentence) };
  const where = /^Insert in `[^`]+` (above|below) `/u.exec(sentence)?.[1];
  if (where !== 'above' && where !== 'below') throw new Error(`This sentence does not say above or below which line: ${sentence}`);
  return { kind: 'insert', file: first, where, anchor: second, line: needed(third, sentence) };
}

/** Code spans, fenced by one backtick or by two. */
export function spansOf(text: string): string[] {
  return [...text.matchAll(/(`+)(.+?)\1(?!`)/gu)].map(([, , inner = '']) => inner);
}

function needed(span: string, sentence: string): string {
  if (span === '') throw new Error(`This sentence lacks a code span: ${sentence}`);
  return span;
}
