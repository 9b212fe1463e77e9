import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { type Asked, type Given, openPreflightWorld, type PreflightWorld, UNTOUCHED } from './stage/preflight-world.ts';

jest.setTimeout(60_000);

// What preflight asks of the shop itself: what serves, its image, its Machines, its packages, its database.

const subject = subjectOf('preflight');
const PASSWORD = 'a-password-of-the-database';
let world: PreflightWorld;

beforeAll(async () => void (world = await openPreflightWorld()));
afterAll(async () => world[Symbol.asyncDispose]());
afterEach(() => void Object.assign(world.shop.vendure, { health: 'ok', sha: world.commits.previous }));

test('all is well: one call, every check with its time, and nothing is written anywhere', async () => {
  const { run, checks, traces } = await world.ask({ checkedOut: true });
  expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
  expect(Object.entries(checks).map(([id, { status }]) => `${id} ${status}`)).toEqual([
    'ref ok', 'default-branch ok', 'not-older-vendure ok', 'not-older-dashboard ok', 'not-older-storefront ok', 'pending-migrations ok', 'migration-scan ok', 'github-token ok', 'fly-token ok', 'registry-login ok', 'cloudflare-token ok',
    'lock ok', 'image ok', 'production ok', 'machine-settle ok', 'checkout skipped', 'plugin-output skipped', 'drift-audit skipped', 'backup skipped',
  ]);
  expect(checks['production']?.evidence).toMatch(/^[0-9a-f]{7} serves, ready by its own word, on 2 app and 1 worker$/u);
  expect(checks['machine-settle']?.evidence).toBe('all 3 Machines rest, and nobody holds one');
  expect(checks['backup']?.evidence).toBe('the configuration has no `commands.backup`');
  expect(run.summary).toContain('**This deploy may start: 15 checks passed, 0 with a warning, 4 left out.**');
  expect(traces).toEqual(UNTOUCHED);
});

describe('what serves', () => {
  /** Vendure on a host of this test, which can be made ill, while Fly's Machines are well. */
  const ill = (yaml: string): string => yaml.replace('https://api.shop.example', world.shop.urls.vendure);
  const make = (state: Partial<PreflightWorld['shop']['vendure']>) => (): Given => {
    Object.assign(world.shop.vendure, state);
    return { config: ill };
  };

  test.each<[string, () => Given, string]>([
    ['is degraded', make({ health: 'degraded' }), 'it is not ready: HTTP 503 from'],
    ['does not tell its commit', make({ sha: null }), 'what serves could not be read: HTTP 503 from'],
    ['hangs each time it is asked', () => ({ faults: ['shop GET /version * hang'], inputs: { 'probe-timeout-seconds': '1' } }), 'what serves could not be read: GET api.shop.example/version: no complete answer within 1000 ms; asked 3 times'],
  ])('%s: the deploy does not start, unless it is to mend that', async (_, given, evidence) => {
    const { inputs = {}, ...rest } = given();
    const refused = await world.ask({ ...rest, inputs: { ...inputs, 'allow-pending-migration': 'true' } });
    expectEnding(refused.run, subject, { decision: 'failed', reasonCode: 'production-unhealthy' });
    expect(annotations(refused.run)[0]).toContain(`what serves is healthy: ${evidence}`);
    expect(annotations(refused.run)[0]).toContain('If this commit is the cure, run with allow_unhealthy=true.');
    const allowed = await world.ask({ ...rest, inputs: { ...inputs, 'allow-pending-migration': 'true', 'allow-unhealthy': 'true' } });
    expectEnding(allowed.run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(allowed.checks['production']).toMatchObject({ status: 'warning', evidence: expect.stringMatching(/allow-unhealthy is set$/u) });
    for (const { traces } of [refused, allowed]) expect(traces).toEqual(UNTOUCHED);
  });

  test('hangs once: it is asked again, and that is all', async () => {
    const { run, checks, traces } = await world.ask({ faults: ['shop GET /version 1 hang'], inputs: { 'probe-timeout-seconds': '2' } });
    expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(checks['production']?.status).toBe('ok');
    expect(traces).toEqual(UNTOUCHED);
  });

  test('has a Machine that is on its way: the wait ends with which one, and with what to type', async () => {
    const { run, checks, traces } = await world.ask({ faults: ['fly machine app/1 * host-unreachable'], inputs: { 'settle-seconds': '1', 'read-interval-seconds': '1' } });
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'not-settled' });
    expect(checks['machine-settle']?.evidence).toMatch(/^the Machines did not settle within 1 s: Machine [0-9a-f]{14} \[app\]: its host is unreachable/u);
    expect(annotations(run)[0]).toContain('set skip-machine-settle to deploy all the same');
    expect(traces).toEqual(UNTOUCHED);
    const skipped = await world.ask({ inputs: { 'skip-machine-settle': 'true' } });
    expect(skipped.run.summary).toContain('| Machines have settled | skipped | 0.0 | skip-machine-settle was set |  |');
  });
});

test('an image under the tag of the commit that names another one stops the deploy; skip-provenance says so', async () => {
  const { main } = world.commits;
  await world.pushImage(`production-${main}`, world.commits.develop);
  const refused = await world.ask();
  expectEnding(refused.run, subject, { decision: 'failed', reasonCode: 'image-label-mismatch' });
  expect(refused.checks['image']?.evidence).toContain(`names ${world.commits.develop}`);
  const skipped = await world.ask({ inputs: { 'skip-provenance': 'true' } });
  expectEnding(skipped.run, subject, { decision: 'done', reasonCode: 'ready' });
  for (const name of ['image of the commit', 'what serves is healthy']) expect(skipped.run.summary).toContain(`| ${name} | skipped | 0.0 | skip-provenance was set |  |`);
  await world.pushImage(`production-${main}`, main);
  expect((await world.ask()).checks['image']).toMatchObject({ status: 'ok', evidence: expect.stringContaining('its label names the commit'), data: { state: 'present' } });
});

test('several things that are wrong are all said, each with what to type', async () => {
  const { run, checks } = await world.ask({ inputs: { ref: 'develop', 'fly-api-token': 'fo1_wrong', 'cloudflare-api-token': '' } });
  expectEnding(run, subject, { decision: 'failed', reasonCode: 'not-ready' });
  const failed = Object.values(checks).filter(({ status }) => status === 'failed');
  expect(failed.map(({ id }) => id)).toEqual(['default-branch', 'fly-token', 'registry-login', 'cloudflare-token', 'machine-settle']);
  for (const { evidence, next } of failed) expect(annotations(run)[0]).toContain(`${evidence}. ${next}`);
  expect(run.summary.split('\n')[2]).toMatch(/^\*\*This deploy may not start: 5 of \d+ checks failed/u);
});

describe('the commands of the shop', () => {
  const SAY = (answer: string, code = 0): string => `console.log(JSON.stringify(${answer})); process.exitCode = ${code};`;
  const NO_DRIFT = SAY('{ drift: "none" }');
  const PENDING = SAY('{ drift: "reconcilable", "pending-migrations": ["Price1"] }', 2);
  const BACKUP = SAY('{ id: "b-1", "taken-at": new Date().toISOString(), bytes: 5000 }');
  const SHOW = 'console.log(`in ${require("node:child_process").execFileSync("git", ["rev-parse", "HEAD"])}`); console.log(`variables: ${Object.keys(process.env)}`); console.log(process.env.DATABASE_URL);';
  const command = (code: string, more = ''): string => `{ run: ${JSON.stringify([process.execPath, '-e', code, '--'])}, timeout-seconds: 10${more} }`;
  const ask = ({ audit = NO_DRIFT, backup = BACKUP, inputs = {} }: { audit?: string; backup?: string; inputs?: Readonly<Record<string, string>> }): Promise<Asked> => world.ask({
    inputs: { 'command-environment': `DATABASE_URL=postgres://shop:${PASSWORD}@127.0.0.1/shop`, ...inputs },
    config: (yaml) => yaml.replace('        graphql-path: /shop-api\n', (line) => `${line}        commands:\n          environment: [DATABASE_URL]\n          drift-audit: ${command(audit)}\n          backup: ${command(backup, ', minimum-bytes: 1000')}\n`),
  });

  test('run where the commit lies, with their own variables and no token; the backup goes on as a marker, and is not taken again', async () => {
    const first = await ask({ audit: `${SHOW}${NO_DRIFT}` });
    expectEnding(first.run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(first.checks['checkout']).toMatchObject({ status: 'ok', evidence: 'it was fetched into a folder of its own' });
    expect(first.run.log).toContain(`in ${world.commits.main}`);
    expect(first.run.log).toMatch(/variables: .*DATABASE_URL/u);
    expect(first.run.log).not.toMatch(/variables: .*(?:INPUT_|FLY_|GITHUB_|ACTIONS_|GIT_CONFIG)/u);
    expect(first.run.log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n')).not.toContain(PASSWORD);
    expect(first.checks['backup']).toMatchObject({ status: 'ok', evidence: expect.stringMatching(/^backup b-1 of .*, \d s old, 5000 bytes$/u) });
    const marker = first.run.outputs['backup-marker'] ?? '';
    expect(JSON.parse(marker)).toMatchObject({ id: 'b-1', bytes: 5000 });
    const second = await ask({ backup: 'process.exit(3);', inputs: { 'backup-marker': marker } });
    expect(second.checks['backup']).toMatchObject({ status: 'ok', evidence: expect.stringContaining('an earlier step of this run took it') });
    expect(second.run.outputs['backup-marker']).toBe(marker);
    for (const { traces } of [first, second]) expect(traces).toEqual(UNTOUCHED);
  });

  test.each<[string, Parameters<typeof ask>[0], string, string]>([
    ['a pending migration', { audit: PENDING }, 'schema-drift', '1 migration is pending: Price1. Look at them, then run with allow_pending_migration=true.'],
    ['drift that no migration mends', { audit: SAY('{ drift: "irreconcilable", differences: ["the database lacks product.price"] }', 2), inputs: { 'allow-pending-migration': 'true' } }, 'schema-drift', 'the database lacks product.price'],
    ['an audit that breaks', { audit: 'throw new Error("x");' }, 'schema-drift', 'printed no line of JSON'],
    ['a backup that fails', { backup: 'process.exit(3);' }, 'backup-unproven', 'there is no backup that can be relied on'],
    ['a backup of nothing', { backup: SAY('{ id: "b-1", "taken-at": new Date().toISOString(), bytes: 20 }') }, 'backup-unproven', 'has 20 bytes, fewer than the 1000'],
    ['a variable that nobody gave', { inputs: { 'command-environment': 'OTHER=1' } }, 'invalid-input', '`command-environment` lacks DATABASE_URL'],
  ])('%s stops the deploy before anything is built', async (_, given, reasonCode, sentence) => {
    const { run, traces } = await ask(given);
    expectEnding(run, subject, { decision: 'failed', reasonCode });
    expect(annotations(run)[0]).toContain(sentence);
    expect(run.outputs['backup-marker']).toBe('');
    expect(traces).toEqual(UNTOUCHED);
  });

  test('a deploy that may not start takes no backup, and one whose migrations are allowed does', async () => {
    const refused = await ask({ audit: PENDING, backup: 'console.log("taken"); process.exit(3);' });
    expect(refused.checks['backup']).toMatchObject({ status: 'skipped', evidence: 'none was taken: another check failed' });
    expect(refused.run.log).not.toMatch(/│ taken$/mu);
    const allowed = await ask({ audit: PENDING, inputs: { 'allow-pending-migration': 'true' } });
    expectEnding(allowed.run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(allowed.checks['drift-audit']).toMatchObject({ status: 'warning', evidence: expect.stringContaining('allow-pending-migration is set'), data: { drift: { kind: 'reconcilable', pending: ['Price1'] } } });
  });

  test('left out by name they ask for no variables and no checkout', async () => {
    const { run, checks } = await ask({ audit: 'process.exit(3);', backup: 'process.exit(3);', inputs: { 'skip-drift-audit': 'true', 'skip-backup': 'true', 'command-environment': '' } });
    expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(['checkout', 'drift-audit', 'backup'].map((id) => checks[id]?.evidence)).toEqual(['no check needs it', 'skip-drift-audit was set', 'skip-backup was set']);
    expect(notesOf(run)).toEqual(['The check "drift audit" was left out by skip-drift-audit.', 'The check "backup" was left out by skip-backup.'].map((what) => ({ kind: 'skipped', what })));
  });

  test('a commit that serves already needs no backup of preflight', async () => {
    const { checks } = await ask({ inputs: { ref: world.commits.previous } });
    expect(checks['backup']).toMatchObject({ status: 'skipped', evidence: expect.stringContaining('the commit serves already') });
  });
});

describe('plugin output', () => {
  const BUILD = `const { createHash } = require('node:crypto'), fs = require('node:fs'); process.chdir('packages/plugin');
const hash = (text) => createHash('sha256').update(text).digest('hex');
fs.mkdirSync('dist', { recursive: true });
fs.writeFileSync('dist/index.js', fs.readFileSync('src/index.ts'));
fs.writeFileSync('dist/source.sha256', hash(hash(fs.readFileSync('src/index.ts')) + '  src/index.ts\\n'));
`;
  const SOURCES = { 'build.cjs': BUILD, 'packages/plugin/package.json': '{ "name": "@shop/plugin", "main": "dist/index.js" }', 'packages/plugin/src/index.ts': 'export const rule = 2;\n', 'apps/server/main.ts': "import { rule } from '@shop/plugin';\n" };
  // As a cache restores it: of other sources, with a hash of those.
  const STALE = { 'packages/plugin/dist/index.js': 'export const rule = 1;\n', 'packages/plugin/dist/source.sha256': `${'0'.repeat(64)}\n` };
  const ask = (ref: string, { repair = `[${process.execPath}, build.cjs]`, inputs = {} } = {}): Promise<Asked> => world.ask({
    inputs: { ref, 'allow-non-main': 'true', ...inputs },
    config: (yaml) => yaml.replace('        graphql-path: /shop-api\n', (line) => `${line}        plugin-output:\n          - { directory: packages/plugin, sources: [src/**/*.ts], output: ["dist/*.js"], source-hash: dist/source.sha256, imported-by: ["apps/server/*.ts"] }\n        commands: { repair: ${repair} }\n`),
  });

  test('nothing is built in a fresh checkout: the real repair builds it, and it is proven', async () => {
    await world.branch('plugin', SOURCES);
    const { run, checks, traces } = await ask('plugin');
    expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(checks['plugin-output']).toMatchObject({ status: 'ok', evidence: 'the output of packages/plugin was built by `commands.repair`, and is that of its sources' });
    expect(traces).toEqual(UNTOUCHED);
  });

  test('a stale output is repaired once, and the warning says what was found', async () => {
    await world.branch('stale', { ...SOURCES, ...STALE });
    const { run, checks } = await ask('stale');
    expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(checks['plugin-output']).toMatchObject({ status: 'warning', evidence: expect.stringMatching(/^the output of packages\/plugin was built from other sources .*; `commands\.repair` mended it$/u) });
    expect(run.log).toMatch(/^::warning::preflight: plugin output: /mu);
    expect(notesOf(run)).toEqual([{ kind: 'healed', what: 'The built output of packages/plugin was not that of its sources, and `commands.repair` mended it.' }]);
  });

  test('a module that the server imports and nobody has is named, when the repair does not bring it', async () => {
    await world.branch('gone', { ...SOURCES, 'apps/server/main.ts': "import '@shop/plugin/dist/rule-engine/shipping.js';\n" });
    const { run } = await ask('gone');
    expectEnding(run, subject, { decision: 'failed', reasonCode: 'plugin-output-stale' });
    expect(annotations(run)[0]).toContain('apps/server/main.ts imports @shop/plugin/dist/rule-engine/shipping.js, which is not there; `commands.repair` did not mend it');
  });

  test('left out by name, nothing is looked at', async () => {
    const { run, checks } = await ask('stale', { inputs: { 'skip-plugin-check': 'true' } });
    expectEnding(run, subject, { decision: 'done', reasonCode: 'ready' });
    expect(checks['plugin-output']?.evidence).toBe('skip-plugin-check was set');
  });
});
