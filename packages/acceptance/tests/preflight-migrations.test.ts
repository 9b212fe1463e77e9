import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { type Asked, openPreflightWorld, type PreflightWorld, UNTOUCHED } from './stage/preflight-world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('preflight');
const ALLOWED = { 'allow-non-main': 'true', 'allow-pending-migration': 'true', 'skip-auth-check': 'true' };
let world: PreflightWorld;

beforeAll(async () => {
  world = await openPreflightWorld();
  await world.branch('breaking', { [file('1790000000001-drop-name.ts')]: migration('DropName1790000000001', `await queryRunner.query('ALTER TABLE "product" DROP COLUMN "name"');`) });
  await world.branch('taken-back', { [file('1790000000002-drop-name.ts')]: migration('DropName1790000000002', `// preflight-allow column-dropped product.name: nothing has read it since spring\n    await queryRunner.query('ALTER TABLE "product" DROP COLUMN "name"');`) });
  await world.branch('well', { [file('1790000000003-note.ts')]: migration('Note1790000000003', `await queryRunner.query('ALTER TABLE "product" ADD "note" text');`) });
  await world.branch('garbage', { [file('1790000000004-garbage.ts')]: `\0\u0001${'\uFFFD'.repeat(50)}` });
});
afterAll(async () => world[Symbol.asyncDispose]());

const scanOf = (ref: string, inputs: Readonly<Record<string, string>> = {}): Promise<Asked> => world.ask({ checkedOut: true, inputs: { ...ALLOWED, ref, ...inputs } });

test('a migration that breaks what serves is a warning, with its place and the cure; strict, it stops the deploy', async () => {
  const { run, checks, traces } = await scanOf('breaking');
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(checks['migration-scan']).toMatchObject({ status: 'warning', evidence: expect.stringContaining(`1 migration since ${world.commits.previous.slice(0, 7)}, which serves; ${file('1790000000001-drop-name.ts')}:`) });
  expect(run.summary).toContain('`ALTER TABLE "product" DROP COLUMN "name"`');
  expect(run.summary).toContain('Switching to canary remains the operator');
  expect(traces).toEqual(UNTOUCHED);

  const strict = await scanOf('breaking', { 'migration-scan-strict': 'true' });
  expectEnding(strict.run, subject, { decision: 'failed', reasonCode: 'migration-breaks-release' });
  expect(annotations(strict.run)[0]).toContain('breaks-old-code (product.name)');
  expect(strict.traces).toEqual(UNTOUCHED);
});

test('what a comment takes back with a reason is no finding, and stands in the summary', async () => {
  const { run, checks } = await scanOf('taken-back', { 'migration-scan-strict': 'true' });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(checks['migration-scan']).toMatchObject({ status: 'ok', evidence: expect.stringContaining('was taken back: nothing has read it since spring') });
  expect(run.summary).toContain('nothing has read it since spring');
  expect(notesOf(run).filter(({ kind }) => kind === 'suppressed')).toEqual([{ kind: 'suppressed', what: expect.stringMatching(/:\d+: a comment takes back [a-z-]+: nothing has read it since spring$/u) }]);
});

test('a harmless migration, and none at all, are ok; the clone of depth 1 is given just the commits that it lacks', async () => {
  expect((await scanOf('well')).checks['migration-scan']).toMatchObject({ status: 'ok', evidence: expect.stringContaining('1 migration since') });
  const none = await scanOf('main');
  expect(none.checks['migration-scan']).toMatchObject({ status: 'ok', evidence: expect.stringContaining('no migrations since') });
  expect(none.run.log).toContain(`The clone lacks ${world.commits.previous}; fetching just that commit`);
});

test('a file that is no text is not taken for no migration', async () => {
  const { run, checks } = await scanOf('garbage');
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(checks['migration-scan']).toMatchObject({ status: 'warning', evidence: expect.stringContaining(file('1790000000004-garbage.ts')) });
});

test('left out by name it stands in the summary; without a checkout it says what it does not know', async () => {
  const skipped = await scanOf('breaking', { 'skip-migration-scan': 'true', 'migration-scan-strict': 'true' });
  expect(skipped.checks['migration-scan']).toMatchObject({ status: 'skipped', evidence: 'skip-migration-scan was set' });
  expect(skipped.run.summary).toContain('skip-migration-scan was set');
  const blind = await world.ask({ inputs: { ...ALLOWED, ref: 'main' } });
  expect(blind.checks['migration-scan']).toMatchObject({ status: 'warning', evidence: expect.stringContaining('is not known') });
});

function file(name: string): string {
  return `apps/server/migrations/${name}`;
}

function migration(name: string, up: string): string {
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${name} implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    ${up}
  }
  public async down(): Promise<void> {}
}
`;
}
