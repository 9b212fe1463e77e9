import { describe, expect, test } from '@jest/globals';
import { createMasker } from '../../src/masking/masker.ts';

const base64 = (text: string, from = 0): string => Buffer.from(text).subarray(from).toString('base64');

describe('M1 a value is found in the forms in which it travels', () => {
  test.each([
    ['as it is', 's3cret-value', 's3cret-value'],
    ['Base64', 's3cret-value', base64('s3cret-value')],
    ['Base64 without its first byte', 's3cret-value', base64('s3cret-value', 1)],
    ['Base64 without its first two bytes', 's3cret-value', base64('s3cret-value', 2)],
    ['in a command line', 'a"b', 'a\\"b'],
    ['in an expression', "a'b", "a''b"],
    ['in JSON', 'a\tb', 'a\\tb'],
    ['in a URI', "p@ss w'rd", 'p%40ss%20w%27rd'],
    ['in XML', `<a&"'>`, '&lt;a&amp;&quot;&apos;&gt;'],
    ['without its double quotes', '"quoted-value"', 'quoted-value'],
    ['PowerShell, before the ampersand', 'secret1&secret2&x', 'secret1&secret2&'],
    ['PowerShell, after the ampersand', 'a&b&secret3', 'secret3'],
    ['PowerShell, before &+', 'secret1&+secret2', 'secret1&+'],
    ['PowerShell, after &+ without the coloured letter', 'secret1&+secret2', 'ecret2'],
  ])('%s', (_name, value, form) => {
    expect(createMasker([value]).mask(`[${form}]`)).toBe('[***]');
  });

  test.each([
    ['short quoted values keep their inside', '"short"', 'short'],
    ['short parts of a PowerShell value are not masked', 'ab&cd', 'ab&'],
  ])('%s', (_name, value, text) => { expect(createMasker([value]).mask(text)).toBe(text); });
});

test.each([
  ['M2 overlapping hits become one', ['abcd', 'cdef'], 'x abcdef y', 'x *** y'],
  ['M2 touching hits become one', ['abc', 'def'], 'abcdef', '***'],
  ['M2 a value of two characters hides every occurrence', ['ab'], 'ab cab', '*** c***'],
  ['M2 hits with something between them stay two', ['abc', 'def'], 'abc-def', '***-***'],
  ['M2 the search is ordinal', ['Secret'], 'secret Secret', 'secret ***'],
  ['M3 a secret is trimmed', ['  padded \n'], 'padded', '***'],
  ['M3 every line of a secret is masked, trimmed', ['first\n  second\r\nthird'], 'a second b third', 'a *** b ***'],
  ['M3 an empty secret masks nothing', [''], 'text', 'text'],
])('%s', (_name, values, text, expected) => { expect(createMasker(values).mask(text)).toBe(expected); });

test('C11 a mask that is added later counts from then on, whole and line by line', () => {
  const masker = createMasker();
  expect(masker.mask('one two')).toBe('one two');
  masker.add('one\ntwo');
  expect(masker.mask('one two one\ntwo')).toBe('*** *** ***');
});
