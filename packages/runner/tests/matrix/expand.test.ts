import { expect, test } from '@jest/globals';
import type { Json } from '../../src/expressions/evaluate.ts';
import { expandMatrix } from '../../src/matrix/expand.ts';

const names = (matrix: Json): string[] => expandMatrix(matrix).map((leg) => leg.label);

test.each<[string, Json, string[]]>([
  ['J5 the product has the first key slowest', { a: [1, 2], b: ['x', 'y'] }, ['1, x', '1, y', '2, x', '2, y']],
  ['J5 exclude matches in part', { a: [1, 2], b: ['x', 'y'], exclude: [{ a: 1 }] }, ['2, x', '2, y']],
  ['J5 a match is loose and ignores case', { a: ['1', '2'], b: ['X', 'y'], exclude: [{ a: 1, b: 'x' }] }, ['1, y', '2, X', '2, y']],
  ['J5 exclude looks into structures', { a: [{ v: 1, w: 2 }, { v: 3 }], exclude: [{ a: { v: 1 } }] }, ['3']],
  ['J5 an include that matches nothing is a job of its own', { a: [1], include: [{ a: 5, c: 'z' }] }, ['1', '5, z']],
  ['J5 includes alone are jobs', { include: [{ a: 1 }, { b: 2 }] }, ['1', '2']],
  ['J5 the name is made of the original values, without what was added', { a: [1], include: [{ a: 1, extra: 'e' }] }, ['1']],
  ['J5 leaves of structures are part of the name', { a: [{ os: 'linux', v: [1, true] }] }, ['linux, 1, true']],
  ['J5 numbers are named as .NET writes them', { a: [1.5, 1e16] }, ['1.5', '1E+16']],
])('%s', (_name, matrix, expected) => { expect(names(matrix)).toEqual(expected); });

test('J5 includes are applied in order: later ones overwrite what was added, never the original', () => {
  const legs = expandMatrix({ fruit: ['apple', 'pear'], animal: ['cat', 'dog'], include: [{ color: 'green' }, { color: 'pink', animal: 'cat' }, { fruit: 'apple', shape: 'circle' }, { fruit: 'banana' }, { fruit: 'banana', animal: 'cat' }] });
  expect(legs.map((leg) => leg.matrix)).toEqual([
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ]);
});

test.each<[string, Json, RegExp]>([
  ['J5 an empty vector', { a: [] }, /Matrix vector 'a' does not contain any values/u],
  ['J5 no vector', {}, /Matrix must define at least one vector/u],
  ['J5 an unknown key in exclude', { a: [1], exclude: [{ b: 1 }] }, /'b' does not match any key/u],
  ['J5 more than 256 jobs', { a: Array.from({ length: 20 }, (_, i) => i), b: Array.from({ length: 20 }, (_, i) => i) }, /400 jobs/u],
])('%s is an error', (_name, matrix, message) => { expect(() => expandMatrix(matrix)).toThrow(message); });
