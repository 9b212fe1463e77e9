import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Finding, RULES } from '../src/index.ts';
import { BREAKING, type Case, MAY_BREAK, SAFE, SLOW } from './oracle/cases.ts';
import { Database, OLD_SCHEMA, type OldStatement, STRENGTH } from './oracle/database.ts';
import { migration, scan } from './oracle/migration.ts';

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database[Symbol.asyncDispose]());

const USUAL: readonly OldStatement[] = ['read', 'insert', 'retire', 'read categories', 'read view'];

const rows = (cases: readonly Case[]): [string, Case][] => cases.map((one) => [one.shape, one]);

// What the rule says of SQLSTATE, lock and rewrite is held against what PostgreSQL does with the same statements.
test.each(rows([...BREAKING, ...MAY_BREAK, ...SLOW]))('%s: PostgreSQL does what the finding says', async (_, one) => {
  const { found, all } = await scanned(one);
  const observed = await observe(one);
  if (one.finding === null) throw new Error('a case of this table has a finding');
  expect(found.map(({ rule, kind, subject }) => [rule, kind, subject])).toContainEqual(one.finding);
  expect(observed.failed).toEqual(one.breaks === undefined || one.refused !== undefined ? {} : expect.objectContaining(one.breaks));
  expect(observed.refused).toBe(one.refused ?? null);
  const [rule, kind] = one.finding;
  const codes = [...Object.values(observed.failed), ...(observed.refused === null ? [] : [observed.refused])].filter((code) => !UNSAID.has(code));
  // The reason of the finding names each way in which the running release, or the deploy, fails.
  if (kind === 'breaks-old-code' || kind === 'may-break') expect(codes.filter((code) => !all.some(({ why }) => why.includes(code)))).toEqual([]);
  if (kind === 'breaks-old-code' && /\b[0-9][0-9A-Z]{4}\b/u.test(RULES[rule].why)) expect(codes.length).toBeGreaterThan(0);
  if (observed.refused !== null) return;
  expect(one.beside ?? strongestOf(all)).toBe(observed.lock);
  expect(all.some(({ rewrite }) => rewrite)).toBe(observed.rewritten);
});

// 22012 is how the counting statements of the tests tell that nothing is left; P0001 is the tests' own trigger.
const UNSAID = new Set(['22012', 'P0001']);

test.each(rows(SAFE))('%s: nothing breaks, and nothing is said to', async (_, one) => {
  const { found } = await scanned(one);
  const observed = await observe(one);
  expect(observed).toMatchObject({ failed: {}, refused: null, rewritten: false });
  expect(found.filter(({ kind }) => kind === 'breaks-old-code' || kind === 'may-break' || kind === 'rewrite' || kind === 'unresolved')).toEqual([]);
  if (one.finding !== null) expect(found.map(({ rule, kind, subject }) => [rule, kind, subject])).toContainEqual(one.finding);
});

test('every rule that PostgreSQL can show here has a case', () => {
  const shown = new Set([...BREAKING, ...MAY_BREAK, ...SLOW, ...SAFE].flatMap(({ finding }) => (finding === null ? [] : [finding[0]])));
  // A database cannot be dropped from inside; `unresolved` and `no-lock-timeout` say nothing of PostgreSQL. tests/scan.test.ts has them.
  expect(Object.keys(RULES).filter((rule) => !shown.has(rule as keyof typeof RULES))).toEqual(['database-dropped', 'no-lock-timeout', 'unresolved']);
});

async function scanned({ up, down, members, more }: Case): Promise<{ found: Finding[]; all: Finding[] }> {
  const history = [migration(1600000000001, [...OLD_SCHEMA, ...(more ?? [])])];
  const { findings, unread, notPostgres } = await scan([migration(1700000000001, up, { ...(down ? { down } : {}), ...(members ? { members } : {}) })], history);
  expect([unread, notPostgres]).toEqual([[], []]);
  const found = findings.filter(({ rule }) => rule !== 'no-lock-timeout');
  return { found, all: found };
}

function observe({ up, breaks, tried, more, as, members }: Case): ReturnType<Database['observe']> {
  const statements = [...new Set([...(tried ?? USUAL), ...(Object.keys(breaks ?? {}) as OldStatement[])])];
  return database.observe(up, { table: 'product', statements, inTransaction: !(members?.includes('public transaction = false') ?? false), ...(more ? { more } : {}), ...(as ? { as } : {}) });
}

function strongestOf(findings: readonly Finding[]): string | null {
  return STRENGTH.find((mode) => findings.some(({ lock }) => lock === mode)) ?? null;
}
