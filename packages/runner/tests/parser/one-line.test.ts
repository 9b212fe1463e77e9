import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { onOneLine } from '../../src/parser/one-line.ts';

const FOLDED = `jobs:
  a:
    if: >-
      \${{ always()
      && true }}
    run: |
      echo "\${{ x }}"
        deeper \\n
    plain: a
      \${{ b }} # why
    last: 1
`;

test('a scalar over several lines that holds an expression keeps its value, and no other line moves', () => {
  const flat = onOneLine(FOLDED);
  expect(parse(flat)).toEqual(parse(FOLDED));
  expect(flat.split('\n').findIndex((line) => line.includes('last:'))).toBe(FOLDED.split('\n').findIndex((line) => line.includes('last:')));
  expect(flat).toContain('if: "${{ always() && true }}"');
});

test('a file that is no YAML is left to the parser', () => {
  expect(onOneLine('a: [')).toBe('a: [');
});
