import { describe, expect, test } from '@jest/globals';
import { headerOf } from '../src/artifact/header.ts';
import { isPrivate, plainPath } from '../src/artifact/manifest.ts';
import { differenceOf, sameFiles } from '../src/deploy/difference.ts';
import { pageOf } from '../src/deploy/page.ts';
import { hostFault } from '../src/deploy/ready.ts';
import type { Look } from '../src/host/host.ts';

const files = (given: Readonly<Record<string, string>>): ReadonlyMap<string, string> => new Map(Object.entries(given));
const look: Look = { live: 'directory', sha: 'a'.repeat(40), files: files({}), beside: null, syntax: null, copies: [], lock: null, plugins: true, writable: { plugins: true, releases: true }, oneFileSystem: true, free: 10_000, missing: [], version: '8.2.32' };
const config = { 'plugins-path': '/srv/www/wp-content/plugins', 'releases-path': '/srv/releases', plugin: 'tea-shop', user: 'deploy' };

test('what changes is told by content, and the mark of the commit is no change', () => {
  const live = files({ 'same.php': '1', 'old.php': '1', 'changed.php': '1', '.deploy-revision': '1' });
  const wanted = files({ 'same.php': '1', 'new.php': '1', 'changed.php': '2', '.deploy-revision': '2' });
  expect(differenceOf(live, wanted)).toEqual({ added: ['new.php'], changed: ['changed.php'], deleted: ['old.php'] });
  expect(differenceOf(null, wanted).added).toEqual(['changed.php', 'new.php', 'same.php']);
  expect([sameFiles(live, live), sameFiles(live, wanted), sameFiles(null, null), sameFiles(null, live), sameFiles(files({ a: 'link' }), files({ a: '1' }))]).toEqual([true, false, true, false, false]);
});

test.each<[string, Partial<Look>, RegExp | null]>([
  ['all as it has to be',            {},                                                   null],
  ['nothing live yet',               { live: 'absent', files: null },                      null],
  ['a folder that is a link',        { live: 'link' },                                     /is a symbolic link/u],
  ['a file in its place',            { live: 'other' },                                    /is no folder/u],
  ['no plugins folder',              { plugins: false },                                   /Correct `plugins-path`/u],
  ['no rsync',                       { missing: ['rsync'] },                               /it has no rsync on the PATH/u],
  ['plugins closed',                 { writable: { plugins: false, releases: true } },     /deploy may not write in \/srv\/www\/wp-content\/plugins/u],
  ['releases closed',                { writable: { plugins: true, releases: false } },     /install -d -o deploy \/srv\/releases/u],
  ['two file systems',               { oneFileSystem: false },                             /lie on two file systems/u],
  ['a disk that is nearly full',     { free: 2999 },                                       /2999 bytes are free there, and 3000 are needed/u],
])('%s', (_, seen, fault) => {
  const said = hostFault({ ...look, ...seen }, config, 1000);
  if (fault === null) expect(said).toBeNull();
  else expect(said).toMatch(fault);
});

describe('the header of a plugin', () => {
  test.each<[string, string, readonly string[]]>([
    ['in a comment of stars', '<?php\n/**\n * Plugin Name: Tea\n * Version: 1.2\n */', ['1.2']],
    ['in one line', '<?php /* Plugin Name: Tea */', ['']],
    ['with carriage returns', '<?php\r\n/*\r\nPlugin Name: Tea\r\nVersion: 3\r\n*/', ['3']],
    ['after the first 8 KiB, where WordPress does not look', `<?php\n${'#'.repeat(9000)}\n# Plugin Name: Tea`, []],
    ['not there', '<?php // Version: 1', []],
  ])('%s', (_, text, versions) => {
    expect(headerOf(Buffer.from(text))).toEqual(versions);
  });
});

test.each([
  ['.env', true], ['config/.env.production', true], ['.git/HEAD', true], ['.npmrc', true], ['auth.json', true], ['.htaccess', false], ['environment.php', false], ['a/git/x', false],
])('%s is private: %s', (path, told) => {
  expect(isPrivate(path)).toBe(told);
});

test.each([
  ['a b.txt', true], ["it's $(x).txt", true], ['ü/ö.txt', true], ['a\nb', false], ['../a', false], ['/a', false], ['a\\b', false], ['a/./b', false], ['a\u001b[2J', false], ['\uFFFD', false],
])('%j is a name for a file: %s', (path, allowed) => {
  expect(plainPath.safeParse(path).success).toBe(allowed);
});

test('the summary is bounded, and no name of a file is markup in it', () => {
  const many = Array.from({ length: 5000 }, (_, index) => `assets/${index}\`|<b>.css`);
  const page = pageOf({ environment: 'production', config: { host: 'vps.shop.example', plugin: 'tea-shop', 'public-url': 'https://blog.shop.example' }, decision: 'done', message: 'It <serves>.', live: look, version: '1', previous: '', difference: { added: many, changed: [], deleted: [] } });
  expect(page).toContain('5000 added, 0 changed, 0 deleted.');
  expect(page).toContain('- added: 4950 more');
  expect(page.length).toBeLessThan(10_000);
  expect(page).not.toContain('|<b>');
});
