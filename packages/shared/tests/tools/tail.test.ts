import { expect, test } from '@jest/globals';
import { lastLines } from '@vendure-deploy/shared/tools';

test('the last lines of a short output are all of it', () => {
  const tail = lastLines(100);
  for (const line of ['one', 'two', 'three']) tail.take(line);
  expect(tail.text()).toBe('one\ntwo\nthree');
});

test.each([1, 7, 1000, 5000])('however long the lines (%i), the end is kept and the rest is not', (length) => {
  const tail = lastLines(1000);
  const lines = Array.from({ length: 10_000 / length }, (_, index) => String(index % 10).repeat(length));
  for (const line of lines) tail.take(line);
  expect(tail.text()).toBe(lines.join('\n').slice(-1000));
});
