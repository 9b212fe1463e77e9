import { expect, test } from '@jest/globals';
import { type Command, readCommand } from '../../src/commands/line.ts';

const command = (name: string, properties: Command['properties'], data: string): Command => ({ name, properties, data });

test.each<[string, string, Command | null]>([
  ['C1 blanks before the command do not matter', '  ::warning file=a.js,line=3::text', command('warning', { file: 'a.js', line: '3' }, 'text')],
  ['C1 names of commands and properties ignore case', '::Warning FILE=a::x', command('warning', { file: 'a' }, 'x')],
  ['C1 an unknown name is ordinary output', '::nonsense::x', null],
  ['C1 text before the colons makes it ordinary output', 'a ::warning::x', null],
  ['C1 the data may be empty', '::endgroup::', command('endgroup', {}, '')],
  ['C2 the old form stands anywhere in a line', 'before ##[error file=a;line=2]text', command('error', { file: 'a', line: '2' }, 'text')],
  ['C2 an unknown name of the old form is ordinary output', '##[section]x', null],
  ['C3 data is unescaped, the percent sign last', '::debug::a%0Ab%0Dc%25d%250A', command('debug', {}, 'a\nb\rc%d%0A')],
  ['C3 properties have a colon and a comma, too', '::error title=a%3Ab%2Cc%25::x', command('error', { title: 'a:b,c%' }, 'x')],
  ['C3 data does not unescape colons', '::debug::a%3Ab', command('debug', {}, 'a%3Ab')],
  ['C3 the old form has a semicolon and a bracket', '##[error title=a%3Bb]c%5Dd', command('error', { title: 'a;b' }, 'c]d')],
  ['C3 a property without a value is ignored', '::error file=,line=2,col::x', command('error', { line: '2' }, 'x')],
])('%s', (_name, line, expected) => { expect(readCommand(line)).toEqual(expected); });
