import { describe, expect, test } from '@jest/globals';
import { asText, type Contexts, evaluate, holds, type Json } from '../../src/expressions/evaluate.ts';

const contexts: Contexts = { github: { ref: 'refs/heads/main', empty: '', nothing: null, list: [1, 2] }, env: { Case: 'upper', case: 'lower' } };
const status = { success: () => true, failure: () => false, cancelled: () => false };

describe('values', () => {
  test.each<[string, string, Json]>([
    ['E1 nothing is null', ' ', null],
    ['E1 text ignores case', "'ABC' == 'abc'", true],
    ['E1 an empty text is the number 0', "'' == 0", true],
    ['E1 null is the number 0', 'github.nothing == 0', true],
    ['E1 true is the number 1', 'true == 1', true],
    ['E1 text that is no number is NaN and equals nothing', "'abc' == 0", false],
    ['E1 hexadecimal and octal text are numbers', "'0xff' == 255 && '0o10' == 8", true],
    ['E1 text is trimmed before it becomes a number', "' 3 ' == 3", true],
    ['E1 NaN differs from itself', "fromJSON('[1]')[5] == 'NaN' || format('{0}', 'x') == 0", false],
    ['E1 objects are equal by identity', 'github == github', true],
    ['E1 objects of the same content are not', "fromJSON('[1]') == fromJSON('[1]')", false],
    ['E2 && and || return an operand', "github.empty || 'fallback'", 'fallback'],
    ['E2 contains ignores case', "contains('Hello', 'ELL')", true],
    ['E2 contains looks for an element', 'contains(github.list, 2)', true],
    ['E2 startsWith and endsWith', "startsWith(github.ref, 'REFS/') && endsWith(github.ref, '/MAIN')", true],
    ['E2 join', "join(github.list, '-')", '1-2'],
    ['E2 case takes the first that is true', "case(false, 'a', true, 'b', 'c')", 'b'],
    ['E2 case is lazy', "case(true, 'a', fromJSON('{'))", 'a'],
    ['E2 case falls through to the last', "case(false, 'a', 'z')", 'z'],
    ['E2 every doubled quote in a text is one', "'it''s ''so'''", "it's 'so'"],
    ['E3 format takes an index and doubled braces', "format('{{{0}}} {1}', 'a', 'b')", '{a} b'],
    ['E4 null is no text', "format('[{0}]', github.nothing)", '[]'],
    ['E4 objects are their kind', "format('{0} {1}', github, github.list)", 'Object Array'],
    ['E4 numbers have .NET\'s G15', "format('{0} {1} {2}', 10000000000000000, 0.00001, 123456789012345678)", '1E+16 1E-05 1.23456789012346E+17'],
    ['E4 join and contains write numbers that way, too', "join(fromJSON('[1e16, 0.1]')) == '1E+16,0.1' && contains('1E+16', 10000000000000000)", true],
    ['E4 toJSON is pretty with two spaces', "toJSON(fromJSON('{\"a\":[1,{}],\"b\":[]}'))", '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'],
    ['J9 contexts ignore case', 'GitHub.REF', 'refs/heads/main'],
    ['J9 names in env do not', 'env.Case', 'upper'],
    ['J9 names in env do not, the other one', 'env.case', 'lower'],
    ['J9 a name of JavaScript is no entry', 'github.constructor', null],
  ])('%s', (_name, expression, expected) => { expect(evaluate(expression, contexts)).toEqual(expected); });

  test.each([
    ['E2 case wants booleans', "case('x', 1, 2)"],
    ['E2 case wants an odd number of arguments', "case(true, 1, false, 2)"],
    ['E3 a missing argument of format', "format('{1}', 'a')"],
    ['E3 a stray brace', "format('{', 'a')"],
    ['E3 fromJSON of bad text', "fromJSON('{')"],
    ['E3 more than 21,000 characters', `'${'x'.repeat(21_001)}'`],
    ['E3 deeper than 50', `${'('.repeat(60)}1${')'.repeat(60)}`],
  ])('%s is an error', (_name, expression) => { expect(() => evaluate(expression, contexts)).toThrow(/./u); });

  test.each([[0, '0'], [-0, '-0'], [1.5, '1.5'], [0.1 + 0.2, '0.3'], [1e15, '1E+15'], [999999999999999, '999999999999999'], [1e-4, '0.0001'], [0.00001234, '1.234E-05'], [NaN, 'NaN'], [Infinity, 'Infinity']])('E4 the number %d is %s', (value, text) => {
    expect(asText(value)).toBe(text);
  });
});

describe('conditions', () => {
  test.each<[string, string | null, boolean, boolean]>([
    ['S1 no condition is success()', null, false, false],
    ['S1 an empty condition is success()', '  ', true, true],
    ['S1 a condition without a status function needs success', 'true', false, false],
    ['S1 always() asks for itself', 'always()', false, true],
    ['S1 a name inside of a text does not count', "'always()' == 'always()'", false, false],
    ['S1 a status function anywhere in the tree counts', 'true && !cancelled()', false, true],
    ['S2 a text that says false is true', "'false'", true, true],
    ['S2 an empty text is false', "''", true, false],
    ['S2 0 is false', '0', true, false],
  ])('%s', (_name, condition, good, expected) => {
    expect(holds(condition, contexts, { ...status, success: () => good, failure: () => !good })).toBe(expected);
  });
});
