import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction } from '../../src/index.ts';
import { annotations, expectEnding, notesOf } from '../stage/ending.ts';
import { type Built, type Deploying, openShop, placed, PLUGIN, type Shop, subject } from './plugin.ts';
import { type Found, openVps, type Vps } from './vps.ts';

jest.setTimeout(120_000);

const SOURCES = join(import.meta.dirname, '../../../../examples/shop/wordpress/tea-shop');
/** More than the pipe that is cut lets through, and nothing that shrinks. */
const LARGE = randomBytes(300_000).toString('base64');
let vps: Vps;
let shop: Shop;
let first: Built;
let second: Built;

const live = (): Promise<ReadonlyMap<string, Found> | null> => vps.tree(join(vps.paths.plugins, PLUGIN));
const shaOf = (files: ReadonlyMap<string, Found> | null, path: string): string | undefined => files?.get(path)?.sha256;
const said = async (): Promise<string> => (await fetch(`${vps.publicUrl}/wp-json/tea-shop/v1/version`)).text();

async function revision(): Promise<string | null> {
  const text = await readFile(join(vps.paths.plugins, PLUGIN, '.deploy-revision'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { sha: string }).sha;
}

async function deployed(built: Built, more: Deploying = {}): Promise<ActionRun> {
  const run = await shop.deploy({ built, ...more });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'deployed' });
  return run;
}

beforeAll(async () => {
  vps = await openVps();
  shop = await openShop(vps);
  const main = await readFile(join(SOURCES, 'tea-shop.php'), 'utf8');
  const revisionFile = await readFile(join(SOURCES, 'includes/revision.php'), 'utf8');
  const files = { 'tea-shop.php': main, 'includes/revision.php': revisionFile, 'assets/large.txt': LARGE, 'assets/old.css': 'p{}', '.htaccess': 'Options -Indexes\n' };
  first = await shop.commit(files);
  const { 'assets/old.css': _, ...rest } = files;
  second = await shop.commit({ ...rest, 'tea-shop.php': main.replace('1.0.0', '1.1.0'), 'assets/new.css': 'p{color:green}' });
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await vps[Symbol.asyncDispose]();
});
beforeEach(() => vps.reset());
// A connection that outlives its run is seen by nobody else: ssh writes over the environment by which orphans are found.
afterEach(() => vps.quiet());

test('the first deploy: every byte on the host, active, and the public gets the commit', async () => {
  const run = await deployed(first);
  const files = await live();
  expect([...(files?.keys() ?? [])]).toEqual(['.deploy-revision', '.htaccess', 'assets/large.txt', 'assets/old.css', 'includes/revision.php', 'tea-shop.php']);
  expect([...(files?.values() ?? [])].map(({ mode }) => mode)).toEqual(Array.from({ length: 6 }, () => 0o644));
  expect(await said()).toBe(JSON.stringify({ sha: first.sha }));
  expect(run.outputs).toMatchObject({ 'serving-sha': first.sha, 'previous-sha': '', 'plugin-version': '1.0.0', added: '5', changed: '0', deleted: '0', copies: '[]' });
  expect(run.summary).toContain('- added `assets/large.txt`');
  expect((await vps.calls()).slice(-4)).toEqual(['plugin activate tea-shop', 'cache flush', 'plugin is-active tea-shop', 'plugin get tea-shop --field=version']);
  expect(await vps.copies()).toEqual([]);
});

test('an update: what has not changed is the same inode, what is gone is gone, and the copy of before is kept; then nothing is left to do', async () => {
  await deployed(first);
  const before = await live();
  const run = await deployed(second);
  const after = await live();
  expect(after?.get('assets/large.txt')).toEqual(before?.get('assets/large.txt'));
  expect(after?.get('tea-shop.php')?.inode).not.toBe(before?.get('tea-shop.php')?.inode);
  expect([...(after?.keys() ?? [])]).toEqual(['.deploy-revision', '.htaccess', 'assets/large.txt', 'assets/new.css', 'includes/revision.php', 'tea-shop.php']);
  expect(run.outputs).toMatchObject({ 'serving-sha': second.sha, 'previous-sha': first.sha, 'plugin-version': '1.1.0', added: '1', changed: '1', deleted: '1' });
  const copies = await vps.copies();
  expect(copies).toEqual([expect.stringMatching(new RegExp(`^\\d{8}T\\d{6}\\.\\d{6}-${first.sha}$`, 'u'))]);
  expect(await vps.tree(join(vps.paths.releases, PLUGIN, 'previous', copies[0] ?? ''))).toEqual(before);

  const again = await shop.deploy({ built: second });
  expectEnding(again, subject, { decision: 'skipped', reasonCode: 'unchanged' });
  expect([await live(), await vps.copies()]).toEqual([after, copies]);
});

test('a dry run lists what would change, and writes nothing', async () => {
  await placed(vps, first);
  const before = [await live(), await vps.tree(vps.paths.releases)];
  const run = await shop.deploy({ built: second, inputs: { 'dry-run': 'true' } });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'wordpress-planned' });
  expect(run.summary).toContain('1 added, 1 changed, 1 deleted.');
  for (const line of ['- added `assets/new.css`', '- changed `tea-shop.php`', '- deleted `assets/old.css`']) expect(run.summary).toContain(line);
  expect([await live(), await vps.tree(vps.paths.releases)]).toEqual(before);
});

test('return: the copy of before serves again, and once more the way forward; only `keep` copies stay', async () => {
  await deployed(first);
  const before = await live();
  await deployed(second);
  const back = await shop.deploy({ inputs: { operation: 'return' } });
  expectEnding(back, subject, { decision: 'done', reasonCode: 'previous-copy-serves' });
  expect([await live(), await said()]).toEqual([before, JSON.stringify({ sha: first.sha })]);
  const forward = await shop.deploy({ inputs: { operation: 'return', 'to-sha': second.sha } });
  expectEnding(forward, subject, { decision: 'done', reasonCode: 'previous-copy-serves' });
  expect(await revision()).toBe(second.sha);
  for (const built of [first, second, first]) await deployed(built);
  expect(await vps.copies()).toHaveLength(2);
  const none = await shop.deploy({ inputs: { operation: 'return', 'to-sha': 'f'.repeat(40) } });
  expectEnding(none, subject, { decision: 'failed', reasonCode: 'copies-missing' });
});

test('status says what the host has and the public gets; a red page is red', async () => {
  await placed(vps, first);
  const well = await shop.deploy({ inputs: { operation: 'status' } });
  expectEnding(well, subject, { decision: 'done', reasonCode: 'wordpress-read' });
  expect(well.outputs).toMatchObject({ 'serving-sha': first.sha, 'plugin-version': '1.0.0' });
  await vps.set('red', true);
  const red = await shop.deploy({ inputs: { operation: 'status' } });
  expectEnding(red, subject, { decision: 'failed', reasonCode: 'probe-failed' });
  expect(annotations(red)[0]).toContain('answers HTTP 500');
});

describe('nothing is switched', () => {
  let before: ReadonlyMap<string, Found> | null;
  beforeEach(async () => {
    await placed(vps, first);
    before = await live();
  });

  test.each<[string, string, RegExp, (its: Vps) => Deploying]>([
    ['another host key', 'host-unproven', /shows another key than the one that is pinned/u, (its) => ({ config: [[its.knownHost, its.strangerKnownHost]] })],
    ['a host that is not pinned', 'invalid-config', /no line of `known-hosts` is for \[127\.0\.0\.1\]:/u, (its) => ({ config: [[its.knownHost, its.knownHost.replace('127.0.0.1', 'other.example')]] })],
    ['no pin at all', 'invalid-config', /known-hosts is not allowed/u, (its) => ({ config: [[`known-hosts: ["${its.knownHost}"]`, 'known-hosts: []']] })],
    ['a key that the host does not know', 'host-denied', /does not let this key log in \(SHA256:/u, (its) => ({ inputs: { 'ssh-key': its.strangerKey } })],
    ['a key with a passphrase', 'invalid-input', /is no private key that OpenSSH reads, or has a passphrase/u, (its) => ({ inputs: { 'ssh-key': its.encryptedKey } })],
    ['no host on that port', 'host-unreachable', /nobody listens on that port/u, (its) => ({ config: [[`port: ${its.port}`, 'port: 1'], [its.knownHost, its.knownHost.replace(`:${its.port}`, ':1')]] })],
    ['another folder of WordPress', 'host-not-ready', /no WordPress is installed at/u, (its) => ({ config: [[`wordpress-path: ${its.paths.wordpress}`, 'wordpress-path: /srv/elsewhere']] })],
    ['no PHP', 'host-not-ready', /it has no php9/u, () => ({ config: [['keep: 2', 'keep: 2\n        php: php9']] })],
    ['no WP-CLI', 'host-not-ready', /it has no wp9 on the PATH/u, () => ({ config: [['keep: 2', 'keep: 2\n        wp: wp9']] })],
    ['another file system', 'host-not-ready', /lie on two file systems/u, (its) => ({ config: [[`releases-path: ${its.paths.releases}`, 'releases-path: /dev/shm/releases']] })],
  ])('%s', async (_, reasonCode, sentence, how) => {
    const run = await shop.deploy({ built: second, ...how(vps) });
    expectEnding(run, subject, { decision: 'failed', reasonCode });
    expect(annotations(run)[0]).toMatch(sentence);
    expect([await live(), await vps.copies()]).toEqual([before, []]);
  });

  test('folders that may not be written', async () => {
    await vps.chmod(vps.paths.plugins, 0o555);
    const run = await shop.deploy({ built: second });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'host-not-ready' });
    expect(annotations(run)[0]).toContain(`deploy may not write in ${vps.paths.plugins}`);
    expect(await live()).toEqual(before);
  });

  test('a plugin that PHP cannot read is found beside the live copy', async () => {
    const broken = await shop.commit({ 'tea-shop.php': '<?php\n/**\n * Plugin Name: Tea Shop\n * Version: 2\n */\nfunction (\n', 'includes/revision.php': '<?php' });
    const run = await shop.deploy({ built: broken });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'not-ready' });
    expect(annotations(run)[0]).toMatch(/cannot read "tea-shop\.php": .* is live, as before/u);
    expect(await live()).toEqual(before);
  });

  test('an artifact of another commit, or with other bytes', async () => {
    const run = await shop.deploy({ built: { sha: 'e'.repeat(40), artifact: second.artifact } });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'artifact-mismatch' });
    expect(await live()).toEqual(before);
  });

  test('a cancel in the middle of the upload', async () => {
    await vps.fault('hold-rsync');
    const run = await shop.deploy({ built: second, signals: [{ name: 'SIGINT', when: vps.until('holding') }] });
    await vps.fault('hold-rsync', false);
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'cancelled' });
    expect(annotations(run)[0]).toContain(`${first.sha.slice(0, 7)} is live, as before`);
    expect([await live(), await vps.copies()]).toEqual([before, []]);
    await deployed(second);
  });
});

test('an upload that is cut in the middle goes on from where it was', async () => {
  await vps.fault('cut-rsync');
  const run = await deployed(first);
  expect(notesOf(run)).toEqual([{ kind: 'healed', what: expect.stringContaining('went through at try 2') }]);
  expect([await revision(), await said()]).toEqual([first.sha, JSON.stringify({ sha: first.sha })]);
});

test('the answer to the switch is lost: what is live is read, and the deploy goes on', async () => {
  await placed(vps, first);
  await vps.fault('cut-exchange');
  await deployed(second);
  expect([await revision(), await said()]).toEqual([second.sha, JSON.stringify({ sha: second.sha })]);
  expect(await vps.copies()).toHaveLength(1);
});

describe('switched on, and taken back', () => {
  const stillFirst = async (run: ActionRun, before: unknown, fault: RegExp): Promise<void> => {
    expectEnding(run, subject, { decision: 'failed', reasonCode: /^(?:previous-copy-serves|cancelled)$/u });
    expect(annotations(run)[0]).toMatch(fault);
    expect(annotations(run)[0]).toContain(`${first.sha.slice(0, 7)} is live again, byte by byte as before`);
    expect([await live(), await vps.copies(), await said()]).toEqual([before, [], JSON.stringify({ sha: first.sha })]);
  };

  test('a step of WP-CLI fails', async () => {
    await placed(vps, first);
    const before = await live();
    await vps.set('fails-cache-flush', true);
    await stillFirst(await shop.deploy({ built: second }), before, /`wp cache flush` ended with exit code 1: Error: No plugins activated/u);
  });

  test.each([
    ['WP-CLI says no', 'fails-plugin-activate', 'exit code 1: Error: No plugins activated'],
    ['PHP dies of it', 'dies-plugin-activate', 'exit code 254: PHP Fatal error:  Uncaught Error: no such function'],
  ])('it cannot be activated (%s): the copy of before is back, and as inactive as before', async (_, flag, why) => {
    await placed(vps, first);
    const before = await live();
    await vps.set(`active/${PLUGIN}`, false);
    await vps.set(flag, true);
    const run = await shop.deploy({ built: second });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'previous-copy-serves' });
    expect(annotations(run)[0]).toContain(`\`wp plugin activate tea-shop\` ended with ${why}`);
    expect([await live(), await vps.copies(), await said()]).toEqual([before, [], '<h1>Blog</h1><p>A post.</p>']);
  });

  test('the plugin breaks the site', async () => {
    await placed(vps, first);
    const before = await live();
    const fatal = await shop.commit({ 'tea-shop.php': "<?php\n/**\n * Plugin Name: Tea Shop\n * Version: 3\n */\nhttp_response_code(500); exit('There has been a critical error on this website');\n" });
    await stillFirst(await shop.deploy({ built: fatal }), before, /the public does not get it: .* answers HTTP 500/u);
  });

  test('the site serves another commit than the host has', async () => {
    await placed(vps, first);
    const before = await live();
    const lying = await shop.commit({ 'tea-shop.php': (await readFile(join(SOURCES, 'tea-shop.php'), 'utf8')).replace('tea_shop_revision()', `'${first.sha}'`), 'includes/revision.php': '<?php' });
    await stillFirst(await shop.deploy({ built: lying }), before, new RegExp(`says ${first.sha}`, 'u'));
  });

  test.each([
    ['while the renames run', 'slow-exchange', 'exchanging'],
    ['while WP-CLI works', 'hangs-cache-flush', 'hanging'],
  ])('a cancel %s', async (_, fault, mark) => {
    await placed(vps, first);
    const before = await live();
    if (fault === 'slow-exchange') await vps.fault(fault);
    else await vps.set(fault, true);
    const run = await shop.deploy({ built: second, signals: [{ name: 'SIGINT', when: vps.until(mark) }] });
    await vps.set(fault, false);
    await stillFirst(run, before, /^wp-deploy: cancelled\. .*the run was cancelled before it was proven/u);
    expect(run.secondsAfterSignal).toBeLessThan(7);
  });

  test('the first deploy of all: the plugin is not there again, and not active', async () => {
    await vps.set('fails-cache-flush', true);
    const run = await shop.deploy({ built: first });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'previous-copy-serves' });
    expect(annotations(run)[0]).toContain('The plugin is not there, as before');
    expect([await live(), await vps.calls()]).toEqual([null, expect.arrayContaining(['plugin deactivate tea-shop'])]);
  });
});

test('two at once: one deploys, the other is told who does, and the lock is free afterwards', async () => {
  await placed(vps, first);
  await vps.fault('hold-rsync');
  const one = shop.deploy({ built: second });
  await vps.until('holding');
  const other = await shop.deploy({ built: second, environment: { GITHUB_RUN_ID: '2002' } });
  expectEnding(other, subject, { decision: 'failed', reasonCode: 'lock-held-by-another' });
  expect(annotations(other)[0]).toContain('https://github.com/example/shop/actions/runs/1001/attempts/1 (operator)');
  await vps.fault('hold-rsync', false);
  expectEnding(await one, subject, { decision: 'done', reasonCode: 'deployed' });
  await deployed(first);
});

test('a run that was killed: post removes the key and the connection, and the next attempt takes over the lock', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'killed-'));
  try {
    await placed(vps, first);
    await vps.fault('hold-rsync');
    const environment = { RUNNER_TEMP: temporary };
    const killed = await shop.deploy({ built: second, environment, signals: [{ name: 'SIGKILL', when: vps.until('holding') }] });
    await vps.fault('hold-rsync', false);
    const folder = killed.state['session-folder'] ?? '';
    expect([killed.exitCode, await readdir(folder)]).toEqual([null, expect.arrayContaining(['key', 'm'])]);
    await startAction({ folder: subject.folder, state: killed.state, environment });
    expect(await readdir(temporary)).toEqual([]);
    await vps.quiet();
    const another = await shop.deploy({ built: second, environment: { GITHUB_RUN_ID: '2002' } });
    expectEnding(another, subject, { decision: 'failed', reasonCode: 'lock-held-by-another' });
    await deployed(second, { environment: { GITHUB_RUN_ATTEMPT: '2' } });
  } finally {
    await rm(temporary, { recursive: true });
  }
});

test('a key as a form or another system leaves it: carriage returns, no end of the last line', async () => {
  await deployed(first, { inputs: { 'ssh-key': vps.privateKey.replaceAll('\n', '\r\n').trimEnd() } });
});

test('file names that a shell, a log or a table would take for something else arrive as they are', async () => {
  const names = ['a b.txt', "it's.txt", '$(touch pwned).txt', '`id`.txt', '-n.txt', 'ü/ö|ä.txt', '::warning::forged.txt', '*.txt', '"quoted".txt', 'a;b&c.txt', '<b>.txt'];
  const hostile = await shop.commit({ 'tea-shop.php': '<?php\n/**\n * Plugin Name: Tea Shop\n * Version: 1\n */\n', ...Object.fromEntries(names.map((name) => [name, name])) });
  const run = await deployed(hostile, { config: [['        version-path: /wp-json/tea-shop/v1/version\n', '']] });
  const files = await live();
  expect([...(files?.keys() ?? [])].sort()).toEqual(['.deploy-revision', 'tea-shop.php', ...names].sort());
  expect(shaOf(files, 'a b.txt')).toMatch(/^[0-9a-f]{64}$/u);
  expect(run.log).not.toMatch(/^::warning/mu);
});

test('nothing that leaves the process holds a line of the key', async () => {
  const lines = vps.privateKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'));
  for (const run of [await deployed(first, { environment: { RUNNER_DEBUG: '1' } }), await shop.deploy({ built: second, config: [[vps.knownHost, vps.strangerKnownHost]], environment: { RUNNER_DEBUG: '1' } })]) {
    const rest = [...run.log.split('\n').filter((line) => !line.startsWith('::add-mask::')), run.commandFiles].join('\n');
    expect(lines.filter((line) => rest.includes(line))).toEqual([]);
    expect(lines.every((line) => run.log.includes(`::add-mask::${line}`))).toBe(true);
  }
});
