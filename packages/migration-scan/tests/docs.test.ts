import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { rulesTable } from '../src/index.ts';
import { scan, written } from './oracle/migration.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/migrations.md'), 'utf8');

test('the table of the rules is fresh (npm run tables)', () => {
  expect(/<!-- rules:start -->\n([\s\S]*?)<!-- rules:end -->/u.exec(page)?.[1]).toBe(rulesTable());
});

test('the comment that the page shows allows what it says', async () => {
  const example = /```ts\n([\s\S]*?)```/u.exec(page)?.[1] ?? '';
  const { suppressed, findings } = await scan([written(example)]);
  expect([suppressed.map(({ rule, subject }) => `${rule} ${subject}`), findings.filter(({ kind }) => kind !== 'information')]).toEqual([['column-dropped product.sku'], []]);
});
