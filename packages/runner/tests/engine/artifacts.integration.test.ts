import { expect, test } from '@jest/globals';
import { oneJob, see } from './stage.ts';

const made = '- run: mkdir -p d/sub other && echo a > d/a.txt && echo b > d/sub/b.txt && echo h > d/.hidden && echo o > other/o.txt\n';
const up = (inputs: string): string => `- uses: actions/upload-artifact@v4\n  with: { ${inputs} }\n`;
const down = (inputs: string): string => `- uses: actions/download-artifact@v4\n  with: { path: got${inputs} }\n- run: cd got && find . -type f | sort | tr '\\n' ' '\n`;

test.each<[string, string, string]>([
  ['a folder is its own root, hidden files stay behind', `${up('name: n, path: d')}${down(', name: n')}`, './a.txt ./sub/b.txt '],
  ['hidden files come along when asked', `${up('name: n, path: d, include-hidden-files: true')}${down(', name: n')}`, './.hidden ./a.txt ./sub/b.txt '],
  ['a pattern', `${up('name: n, path: "d/**/*.txt"')}${down(', name: n')}`, './a.txt ./sub/b.txt '],
  ['several paths share their ancestor, ! excludes', `${up('name: n, path: "d\\nother\\n!d/sub"')}${down(', name: n')}`, './d/a.txt ./other/o.txt '],
  ['one file is alone', `${up('name: n, path: d/sub/b.txt')}${down(', name: n')}`, './b.txt '],
  ['all artifacts, each in its folder', `${up('name: x-1, path: d/a.txt')}${up('name: y-2, path: other')}${down('')}`, './x-1/a.txt ./y-2/o.txt '],
  ['those of a pattern, merged', `${up('name: x-1, path: d/a.txt')}${up('name: y-2, path: other')}${down(', pattern: "x-*", merge-multiple: true')}`, './a.txt '],
])('%s', async (_name, steps, expected) => {
  const { conclusion, log } = await see(oneJob(made + steps));
  expect(conclusion).toBe('success');
  expect(log).toContain(expected);
});

test.each([
  ['a name that is taken', `${up('name: n, path: d')}${up('name: n, path: d')}`],
  ['an artifact that is not there', down(', name: none')],
  ['no file, where that is an error', up('name: n, path: none, if-no-files-found: error')],
])('%s fails the step', async (_name, steps) => {
  expect((await see(oneJob(made + steps))).conclusion).toBe('failure');
});
