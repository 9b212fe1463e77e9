import { expect, test } from '@jest/globals';
import { readPairs } from '../../src/commands/pairs.ts';

test.each([
  ['F2 a plain pair splits at the first =', 'a=b=c\n', [['a', 'b=c']], null],
  ['F2 a heredoc keeps its lines', 'a<<E\n1\n\n2\nE\n', [['a', '1\n\n2']], null],
  ['F2 the delimiter line may lack its newline', 'a<<E\n1\nE', [['a', '1']], null],
  ['F3 pairs before a bad line stay', 'a=b\nbad\n', [['a', 'b']], "Invalid format 'bad'"],
  ['F3 an empty name is an error', '=v\n', [], "Invalid format '=v'. Name must not be empty"],
  ['F3 a missing delimiter is an error', 'a<<E\n1\n', [], "Invalid value. Matching delimiter not found 'E'"],
  ['F2 a value line without newline is an error', 'a<<E\n1', [], 'Invalid value. EOF marker missing new line.'],
  ['F2 whichever of = and << comes first decides', 'a=b<<c\nd<<e=f\n1\ne=f\n', [['a', 'b<<c'], ['d', '1']], null],
  ['F2 empty lines are skipped', '\n\na=b\n\n', [['a', 'b']], null],
  ['F2 an empty value is a value', 'a=\n', [['a', '']], null],
  ['F2 an empty heredoc is empty', 'a<<E\nE\n', [['a', '']], null],
  ['F2 a carriage return is kept on Linux', 'a=b\r\n', [['a', 'b\r']], null],
  ['F3 a heredoc needs a name', '<<E\n1\nE\n', [], "Invalid format '<<E'. Name must not be empty and delimiter must not be empty"],
  ['F3 a heredoc needs a delimiter', 'a<<\n', [], "Invalid format 'a<<'. Name must not be empty and delimiter must not be empty"],
])('%s', (_name, text, pairs, error) => { expect(readPairs(text)).toEqual({ pairs, error }); });
