import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CATALOGUE } from '@vendure-deploy/shared/diagnosis';

const lanes = join(import.meta.dirname, 'lanes');

test('each command that the catalogue calls the cure of a failure is typed after that failure', () => {
  const files = [...readdirSync(join(lanes, 'recoveries')).map((name) => join('recoveries', name)), 'fast.test.ts', 'sla.test.ts'].filter((name) => name.endsWith('.test.ts'));
  const proven = files.flatMap((name) => [...readFileSync(join(lanes, name), 'utf8').matchAll(/\bid: '([a-z-]+)'|toEqual\(\['([a-z-]+)'\]\)/gu)].map(([, row, found]) => row ?? found ?? ''));
  const cures = CATALOGUE.filter(({ cure }) => cure === 'command').map(({ id }) => id);
  expect(proven.filter((id) => cures.includes(id)).sort()).toEqual(cures.sort());
});
