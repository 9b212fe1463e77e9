import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { PendingScan } from '../../src/migration-scan/pending.ts';
import { type Content, migration, Repository, scanIn } from './repository.ts';

const FIRST = 'src/migrations/1600000000001-first.ts';
const SECOND = 'src/migrations/1600000000002-second.ts';
const TABLE = migration('First1600000000001', 'CREATE TABLE "product" ("id" int, "sku" varchar(20), "note" text NOT NULL)');
const DROP = migration('Second1600000000002', 'ALTER TABLE "product" DROP COLUMN "sku"');
const HARMLESS = migration('Second1600000000002', 'ALTER TABLE "product" ALTER COLUMN "note" SET NOT NULL');

/** What an operator is told of it, in a line for each thing. */
function told(found: PendingScan): string[] {
  if (found.kind === 'unknown') return [`unknown: ${found.why}`];
  const { scan, changes } = found;
  return [
    ...scan.migrations.map(({ className }) => `migration ${className}`),
    ...scan.findings.filter(({ kind }) => kind !== 'information').map(({ rule, subject, file, line }) => `${rule} ${subject} ${file}:${line}`),
    ...scan.unread.map(({ file, reason, why }) => `unread ${file} ${reason} ${why}`),
    ...changes.map(({ kind, path }) => `${kind} ${path}`),
  ];
}

interface Between { readonly from: Readonly<Record<string, Content>>; readonly to: Readonly<Record<string, Content>>; readonly glob?: string; readonly tells: readonly (string | RegExp)[] }

const CASES: Readonly<Record<string, Between>> = {
  'no migration came': { from: { [FIRST]: TABLE }, to: { 'README.md': 'x' }, tells: [] },
  'one came': { from: { [FIRST]: TABLE }, to: { [SECOND]: DROP }, tells: ['migration Second1600000000002', `column-dropped product.sku ${SECOND}:3`] },
  'one came, and the history says that it does nothing': { from: { [FIRST]: TABLE }, to: { [SECOND]: HARMLESS }, tells: ['migration Second1600000000002'] },
  'one came with an older stamp than those that ran': { from: { [FIRST]: TABLE }, to: { 'src/migrations/1-late.ts': migration('Late1500000000001', 'DROP TABLE "product"') }, tells: ['migration Late1500000000001', 'table-dropped product src/migrations/1-late.ts:3'] },
  'one in the folder of another name': { from: {}, to: { 'apps/api/migration/a.js': migration('A1600000000009', 'DROP TABLE "a"') }, tells: ['migration A1600000000009', 'table-dropped a apps/api/migration/a.js:3'] },
  'compiled ones, types and tests are none': { from: {}, to: { 'dist/migrations/a.js': DROP, 'node_modules/x/migrations/a.js': DROP, 'src/migrations/a.d.ts': DROP, 'src/migrations/a.test.ts': DROP, 'src/other/a.ts': DROP }, tells: [] },
  'where the configuration says': { from: {}, to: { 'db/a.ts': DROP, [FIRST]: TABLE }, glob: 'db/*.ts', tells: ['migration Second1600000000002', 'column-dropped product.sku db/a.ts:3'] },
  'one that ran sends other SQL now': { from: { [FIRST]: TABLE }, to: { [FIRST]: migration('First1600000000001', 'CREATE TABLE "product" ("id" int)') }, tells: [`modified ${FIRST}`] },
  'one that ran is only written otherwise': { from: { [FIRST]: TABLE }, to: { [FIRST]: `// formatted\n${TABLE.replaceAll('  ', '\t')}` }, tells: [] },
  'one that ran has another file name': { from: { [FIRST]: TABLE }, to: { [FIRST]: null, 'src/migrations/first.ts': TABLE }, tells: ['renamed src/migrations/first.ts'] },
  'one that ran is gone': { from: { [FIRST]: TABLE, [SECOND]: DROP }, to: { [SECOND]: null }, tells: [`deleted ${SECOND}`] },
  'one came into the file of one that ran': { from: { [FIRST]: TABLE }, to: { [FIRST]: `${TABLE}${DROP}` }, tells: ['migration Second1600000000002', `column-dropped product.sku ${FIRST}:9`] },
  'a symlink': { from: { 'secret.ts': DROP }, to: { [SECOND]: { link: '../../secret.ts' } }, tells: [/^unread src\/migrations\/1600000000002-second\.ts refused .*symlink/u] },
  'a file of 5 MB': { from: {}, to: { [SECOND]: 'x'.repeat(5_000_000) }, tells: [/too-large it has 5000000 bytes/u] },
  'bytes': { from: {}, to: { [SECOND]: Buffer.from([0xff, 0xfe, 0x00, 0x41]) }, tells: [/binary it is no UTF-8/u] },
  'SQL beside it, and behind a symlink': {
    from: {},
    to: { [FIRST]: migration('First1600000000001', "`);await queryRunner.query(readFileSync('./a.sql'));await queryRunner.query(readFileSync('./b.sql'));await queryRunner.query(`"), 'src/migrations/a.sql': 'DROP TABLE "a"', 'src/migrations/b.sql': { link: '/etc/hostname' } },
    tells: ['migration First1600000000001', `unresolved ./b.sql ${FIRST}:3`, `unresolved query ${FIRST}:3`, 'table-dropped a src/migrations/a.sql:1'],
  },
  'a path with a space, an umlaut and a line break': { from: {}, to: { 'src/migrations/ä b\n.ts': DROP }, tells: ['migration Second1600000000002', 'column-dropped product.sku src/migrations/ä b\n.ts:3'] },
};

test.each(Object.entries(CASES))('between two commits: %s', async (_, { from, to, glob, tells }) => {
  await using repository = await Repository.create();
  const serving = await repository.commit({ base: '', ...from }, 80);
  const target = await repository.commit(to, 70);
  // What stands in the working tree is neither of the two.
  await repository.write({ [FIRST]: migration('Other1600000000077', 'DROP TABLE "other"') });
  const found = await scanIn(join(repository.folder, 'shop'), { serving, target, ...(glob === undefined ? {} : { glob }) });
  expect(found).toMatchObject({ kind: 'scanned', since: { kind: 'serving', sha: serving } });
  const lines = told(found);
  expect(lines).toHaveLength(tells.length);
  for (const one of tells) expect(lines).toContainEqual(typeof one === 'string' ? one : expect.stringMatching(one));
});

test('a shallow clone that lacks both commits fetches just those', async () => {
  await using repository = await Repository.create();
  await repository.commit({ old: '' }, 90);
  const serving = await repository.commit({ [FIRST]: TABLE }, 80);
  const target = await repository.commit({ [SECOND]: DROP }, 70);
  await repository.commit({ later: '' }, 60);
  const clone = await repository.clone('--depth=1');
  const found = await scanIn(clone, { serving, target });
  expect(found).toMatchObject({ since: { kind: 'serving', sha: serving } });
  expect(told(found)).toEqual(['migration Second1600000000002', `column-dropped product.sku ${SECOND}:3`]);
});

test('a serving commit that was force-pushed away is named, and the last 24 hours are looked at', async () => {
  await using repository = await Repository.create();
  await repository.commit({ [FIRST]: TABLE }, 80);
  const target = await repository.commit({ [SECOND]: DROP }, 2);
  const found = await scanIn(await repository.clone(), { serving: 'f'.repeat(40), target });
  expect(found).toMatchObject({ since: { kind: 'last-24-hours', why: expect.stringMatching(/^f{40} is no longer at origin: it was force-pushed away/u) } });
  expect(told(found)).toEqual(['migration Second1600000000002', `column-dropped product.sku ${SECOND}:3`]);
});

test('without a serving commit, what was merged within 24 hours counts, however old its commits and stamps are', async () => {
  await using repository = await Repository.create();
  const base = await repository.commit({ [FIRST]: TABLE }, 25);
  await repository.git('switch', '--quiet', '--create', 'feature');
  await repository.commit({ [SECOND]: DROP }, 24.5);
  await repository.git('switch', '--quiet', 'main');
  const target = await repository.merge('feature', 23);
  const found = await scanIn(join(repository.folder, 'shop'), { serving: null, target });
  expect(found).toMatchObject({ since: { kind: 'last-24-hours', sha: base, why: 'what Vendure serves could not be read' } });
  expect(told(found)).toEqual(['migration Second1600000000002', `column-dropped product.sku ${SECOND}:3`]);
});

test.each([['--depth=1'], ['--no-local']])('without a serving commit, a clone (%s) still finds what was there a day ago', async (option) => {
  await using repository = await Repository.create();
  const base = await repository.commit({ [FIRST]: TABLE }, 30);
  await repository.commit({ between: '' }, 5);
  const target = await repository.commit({ [SECOND]: DROP }, 1);
  const found = await scanIn(await repository.clone(option), { serving: null, target });
  expect(found).toMatchObject({ since: { kind: 'last-24-hours', sha: base } });
  expect(told(found)).toEqual(['migration Second1600000000002', `column-dropped product.sku ${SECOND}:3`]);
});

test('a repository that is younger than a day is new as a whole', async () => {
  await using repository = await Repository.create();
  const target = await repository.commit({ [FIRST]: TABLE }, 3);
  const found = await scanIn(join(repository.folder, 'shop'), { serving: null, target });
  expect(found).toMatchObject({ since: { kind: 'last-24-hours', sha: null } });
  expect(told(found)).toEqual(['migration First1600000000001']);
});

test('a commit to deploy that is nowhere, and a folder that is no repository, are never "no migration"', async () => {
  await using repository = await Repository.create();
  const serving = await repository.commit({ [FIRST]: TABLE }, 30);
  const nowhere = await scanIn(await repository.clone(), { serving, target: 'e'.repeat(40) });
  const none = await scanIn(repository.folder, { serving, target: serving });
  const noSha = await scanIn(join(repository.folder, 'shop'), { serving, target: '--upload-pack=touch ran' });
  expect([nowhere, none, noSha]).toEqual([
    { kind: 'unknown', why: expect.stringMatching(/^the commit to deploy is not in the clone: e{40} is no longer at origin/u) },
    { kind: 'unknown', why: expect.stringMatching(/could not fetch .* `origin`.* `contents: read`/u) },
    { kind: 'unknown', why: 'the commit to deploy is not in the clone: "--upload-pack=touch ran" is no full SHA' },
  ]);
});

test('the token goes to the server alone, as its one header', async () => {
  await using repository = await Repository.create();
  const target = await repository.commit({ [FIRST]: TABLE }, 30);
  const asked: string[][] = [];
  const server = createServer((request, response) => {
    asked.push(request.headersDistinct['authorization'] ?? []);
    response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  await repository.git('remote', 'add', 'origin', `${origin}/shop.git`);
  // As a checkout leaves it that keeps its credentials.
  await repository.git('config', `http.${origin}/.extraheader`, 'AUTHORIZATION: basic kept');
  const ask = (serverUrl: string): Promise<PendingScan> => scanIn(join(repository.folder, 'shop'), { serving: 'd'.repeat(40), target, serverUrl, token: new Secret('ghs_token') });
  const found = await ask(origin);
  await ask('http://127.0.0.2');
  server.close();
  expect(asked).toEqual([[`basic ${Buffer.from('x-access-token:ghs_token').toString('base64')}`], ['basic kept']]);
  expect(found).toMatchObject({ since: { kind: 'last-24-hours', why: expect.stringMatching(/needed: the remote `origin`, and a token with `contents: read`\): .*403/u) } });
  expect(JSON.stringify(found)).not.toContain('ghs_token');
});
