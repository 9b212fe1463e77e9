import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import { fromInputs } from '../../src/secrets/from-inputs.ts';

test('the input is read under just the wanted names', () => {
  const values = fromInputs(new Secret('{"A": "1", "B": "two\\nlines"}'), ['B', 'A']);
  expect([...values].map(([name, value]) => [name, value.reveal()])).toEqual([['B', 'two\nlines'], ['A', '1']]);
});

test.each([
  ['nothing', '', 'input `fly-secrets` is empty, and the configuration wants secrets of it. It takes one JSON object of texts'],
  ['no JSON', '{"A": "hunter2', 'input `fly-secrets` is no JSON object.'],
  ['a list', '["hunter2"]', 'input `fly-secrets` is no JSON object.'],
  ['one is missing', '{"A": "hunter2"}', 'input `fly-secrets` has no "B", which the configuration wants.'],
  ['one is not wanted', '{"A": "hunter2", "B": "hunter2", "C": "hunter2"}', 'input `fly-secrets` has "C", which the configuration does not want.'],
  ['a number', '{"A": "hunter2", "B": 12345678}', 'input `fly-secrets` has something else than a text as "B". It takes one JSON object'],
  ['an empty text', '{"A": "hunter2", "B": ""}', 'input `fly-secrets` has an empty text as "B". GitHub gives one for a secret that is not there'],
  ['a name of every object', '{"A": "hunter2", "B": "hunter2", "toString": "hunter2"}', 'input `fly-secrets` has "toString", which'],
])('%s: a sentence that names the secret and never its value', (_case, given, sentence) => {
  const read = (): unknown => fromInputs(new Secret(given), ['A', 'B']);
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(/hunter2|12345678/u);
});
