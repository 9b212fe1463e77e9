import { stringify } from 'yaml';
import type { Entry, Section } from './entry.ts';

const HEAD = `# What the suite deploys, and where. script/init wrote it from what this checkout says; it is yours to change.
# What else there is: docs/deploy.config.schema.json and docs/shop-contract.md of the suite.
`;

/** The file. What is missing stands in it as a remark, with an example and what to type. */
export function render(root: Section): string {
  return `${HEAD}${linesOf(root, 0).join('\n')}\n`;
}

/** The same with the examples in place of what is missing: by it is seen whether the rest fits. Line by line that of `render`. */
export function renderWithExamples(root: Section): string {
  const completed = (entry: Entry): Entry => {
    if (entry.kind === 'section') return { kind: 'section', entries: new Map([...entry.entries].map(([key, inner]) => [key, completed(inner)])) };
    return entry.kind === 'missing' ? { kind: 'known', value: entry.example, from: '' } : entry;
  };
  return render(completed(root) as Section);
}

/**
 * Without the remarks that only show what could be typed: who takes one away, or types behind it what it asks for, has changed nothing else, and a
 * checkout that has more variables than before asks for no other configuration.
 */
export function withoutRemarks(text: string): string {
  return text.split('\n').filter((line) => !/^ *# [\w-]+: .+ # (?:to type|optional): /u.test(line)).map((line) => line.replace(/ # (?:to type|optional): .*$/u, '')).join('\n');
}

/** One value as it stands in the file, and as `--set` takes it. */
export function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0, blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }).trimEnd();
}

function linesOf(root: Section, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return [...root.entries].flatMap(([key, entry]) => {
    switch (entry.kind) {
      case 'section': return [`${indent}${key}:`, ...linesOf(entry, depth + 1)];
      case 'known': return [`${indent}${key}: ${flow(entry.value)}${entry.from === '' ? '' : ` # ${remark(entry.from)}`}`];
      case 'missing': return [`${indent}# ${key}: ${flow(entry.example)} # to type: ${remark(entry.how)}`];
      case 'hint': return [`${indent}# ${key}: ${flow(entry.example)} # ${remark(entry.how)}`];
    }
  });
}

/** What a file of the shop says stands in it: on one line, whatever it is. */
function remark(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ');
}
