import { expect, test } from '@jest/globals';
import { placeOf } from '../../src/commands/place.ts';

const nowhere = { file: null, line: null, endLine: null, column: null, endColumn: null, title: null };

test.each([
  ['C9 a place as it is', { file: 'a.js', line: '2', endline: '2', col: '3', endcolumn: '4', title: 't' }, { file: 'a.js', line: 2, endLine: 2, column: 3, endColumn: 4, title: 't' }],
  ['C9 endLine without line is the line', { endline: '5' }, { ...nowhere, line: 5, endLine: 5 }],
  ['C9 columns without a line are dropped', { col: '3', endcolumn: '4' }, nowhere],
  ['C9 columns over several lines are dropped', { line: '1', endline: '2', col: '3' }, { ...nowhere, line: 1, endLine: 2 }],
  ['C9 an end before its start drops both lines', { line: '5', endline: '2' }, nowhere],
  ['C9 an end column before its start drops both columns', { line: '5', col: '4', endcolumn: '2' }, { ...nowhere, line: 5 }],
  ['C9 endColumn without col is the column', { line: '5', endcolumn: '2' }, { ...nowhere, line: 5, column: 2, endColumn: 2 }],
  ['C9 a file below the workspace is made relative to it', { file: '/home/runner/shop/src/a.js' }, { ...nowhere, file: 'src/a.js' }],
  ['C9 a file elsewhere stays', { file: '/etc/a' }, { ...nowhere, file: '/etc/a' }],
])('%s', (_name, properties, expected) => { expect(placeOf(properties as Record<string, string>, '/home/runner/shop')).toEqual(expected); });
