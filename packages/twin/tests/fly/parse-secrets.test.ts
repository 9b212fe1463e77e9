import { expect, test } from '@jest/globals';
import { parseSecrets } from '../../src/fly/flyctl/secrets/parse.ts';

test.each([
  // the line                       is the secret (measured with flyctl 0.4.87)
  ['PLAIN=value-one',                { PLAIN: 'value-one' }],
  ['HASH=a#b',                       { HASH: 'a' }],
  ['HASH=a #b',                      { HASH: 'a' }],
  ['QHASH="a#b"',                    { QHASH: 'a#b' }],
  ['QUOTED="with spaces"',           { QUOTED: 'with spaces' }],
  ["SINGLE='s q'",                   { SINGLE: 's q' }],
  ['EMPTY=',                         { EMPTY: '' }],
  ['EMPTY=""',                       { EMPTY: '' }],
  ['MULTI="""line1\nline2"""',       { MULTI: 'line1\nline2' }],
  ['ONE="""line"""',                 { ONE: 'line' }],
  ['  LEAD= x ',                     { LEAD: 'x ' }],
  ['EQ=a=b=c',                       { EQ: 'a=b=c' }],
  ['export EXP=1',                   { 'export EXP': '1' }],
  ['BAD-NAME=1',                     { 'BAD-NAME': '1' }],
  ['# comment\n\nA=1\r\nB=2',        { A: '1', B: '2' }],
  ['A=1\nOPEN="""one\nB=2',          { A: '1' }],
  [`A=1\nLONG=${'x'.repeat(65_536)}\nB=2`, { A: '1' }],
  ['TICKS="""a#b"""',                { TICKS: 'a#b' }],
  ["ODD='say \"#1\"'",                { ODD: 'say "#1"' }],
  ['EVEN="a" #b',                    { EVEN: 'a' }],
  ['',                               {}],
])('%j', (text, secrets) => {
  expect(parseSecrets(text)).toEqual(secrets);
});

test.each(['Q="', "Q='"])('%j makes flyctl panic', (line) => {
  expect(() => parseSecrets(`${line}\n`)).toThrow('slice bounds out of range');
});

test('a line without = is refused', () => {
  expect(() => parseSecrets('NOEQUALS\n')).toThrow('Failed to parse secrets from stdin: Secrets must be provided as NAME=VALUE pairs (NOEQUALS is invalid)');
});
