import { expect, test } from '@jest/globals';
import { defineAction, describeAction, input, UserError, type InputSpec } from '@vendure-deploy/shared/action';

const o = { description: 'what it is for' };

test.each<[string, InputSpec<unknown>, string, unknown]>([
  // kind                                   given        is
  ['text', input.text(o), '  a b ', 'a b'],
  ['text', input.text({ ...o, default: 'main' }), '', 'main'],
  ['boolean', input.boolean(o), 'TRUE', true],
  ['boolean', input.boolean({ ...o, default: 'true' }), 'False', false],
  ['boolean', input.boolean(o), '', false],
  ['choice', input.choice({ ...o, values: ['a', 'b'] }), 'b', 'b'],
  ['choice', input.choice({ ...o, values: ['a', 'b'] }), '', ''],
  ['list', input.list(o), ' a \r\n\n b,c ', ['a', 'b,c']],
  ['integer', input.integer({ ...o, min: -1 }), '-1', -1],
  ['seconds', input.seconds({ ...o, default: '5' }), '', 5],
  ['sha', input.sha(o), 'a'.repeat(40), 'a'.repeat(40)],
  ['sha', input.sha(o), '', ''],
])('%s %#: %j is read', (_kind, spec, given, value) => {
  expect(spec.parse('x', given)).toEqual(value);
});

test.each<[string, InputSpec<unknown>, string, string]>([
  ['yes is not a boolean', input.boolean(o), 'yes', 'input `x` is "yes". Allowed: true, false.'],
  ['a choice is exact', input.choice({ ...o, values: ['a', 'b'], default: 'a' }), 'A', 'input `x` is "A". Allowed: a, b. Leave it empty to use "a".'],
  ['out of range', input.seconds({ ...o, max: 60 }), '61', 'input `x` is "61". Allowed: a whole number of seconds from 0 to 60.'],
  ['not a number', input.integer(o), '1e9', 'input `x` is "1e9". Allowed: a whole number.'],
  ['full-width digits', input.integer(o), '１', 'Allowed: a whole number'],
  ['a number without a default', input.integer(o), '', 'input `x` is empty. Give a whole number: what it is for'],
  ['an abbreviated SHA', input.sha(o), 'abc1234', '40 lower-case hexadecimal digits'],
  ['a required text', input.text({ ...o, required: true }), ' ', 'input `x` is empty.'],
  ['an output of an earlier job that has not come', input.sha({ ...o, required: true, handedOn: true }), '', 'hexadecimal digits: what it is for. It is the output of an earlier job, and GitHub drops one that contains the value of a secret'],
])('%s: the error names input, value and what is allowed', (_case, spec, given, message) => {
  expect(() => spec.parse('x', given)).toThrow(UserError);
  expect(() => spec.parse('x', given)).toThrow(message);
});

test('a definition describes itself for action.yml and the README', () => {
  const action = defineAction({
    name: 'a',
    description: 'd',
    inputs: { env: input.text({ ...o, required: true }) },
    outputs: { url: 'where' },
    run: async ({ inputs }) => ({ decision: 'done', reasonCode: 'target-serves', message: inputs.env, outputs: {}, result: {} }),
  });
  expect(describeAction(action)).toMatchObject({
    inputs: [{ name: 'env', required: true, default: null, kind: 'text' }],
    outputs: [{ name: 'url' }, { name: 'decision' }, { name: 'reason-code' }, { name: 'result' }],
    hasPost: false,
  });
});
