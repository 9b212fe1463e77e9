import { expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, FLY_CONFIG, flyConfig } from './stage/config.ts';
import { annotations, expectEnding, notesOf } from './stage/ending.ts';
import { readOnlyWorld } from './stage/read-only.ts';
import type { World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('fly-deploy');
const PASSWORD = 'a-password-of-the-database';
let world: World;
let run: TwinRun;

// The lock is not this run's: whatever passes audit and backup ends at the fence, right before the switch.
readOnlyWorld((opened, itsRun) => void ([world, run] = [opened, itsRun]));

const NO_DRIFT = 'say({ drift: "none" });';
const PENDING = 'say({ drift: "reconcilable", "pending-migrations": ["Price1"] }, 2);';
const GOOD_BACKUP = 'say({ id: "b-1", "taken-at": new Date().toISOString(), bytes: 5000 });';

interface Given {
  /** What the shop's commands do, as statements of a script. */
  readonly audit?: string;
  readonly backup?: string;
  readonly inputs?: Readonly<Record<string, string>>;
}

test.each<[string, Given, string, string]>([
  ['a pending migration', { audit: PENDING }, 'schema-drift', '1 migration is pending: Price1. Nothing was switched. Look at them, then run with allow_pending_migration=true.'],
  ['drift that no migration mends, whatever was allowed', { audit: 'say({ drift: "irreconcilable", differences: ["the database lacks product.price"] }, 2);', inputs: { 'allow-pending-migration': 'true' } }, 'schema-drift', 'no migration of the commit mends: the database lacks product.price.'],
  ['an audit whose exit code says something else', { audit: 'say({ drift: "none" }, 2);' }, 'schema-drift', 'it ended with 2, and its JSON says `drift: none`'],
  ['an audit that breaks', { audit: 'throw new Error("no route to the database");' }, 'schema-drift', 'ended with 1 and printed no line of JSON'],
  ['an audit that hangs', { audit: 'setInterval(() => {}, 1000);' }, 'schema-drift', 'did not end within 2 s'],
  ['a backup that fails', { backup: 'process.exit(3);' }, 'backup-unproven', 'ended with 3 and printed no line of JSON'],
  ['a backup of yesterday', { backup: 'say({ id: "b-0", "taken-at": new Date(Date.now() - 86_400_000).toISOString(), bytes: 5000 });' }, 'backup-unproven', 'older than this run'],
  ['a backup of nothing', { backup: 'say({ id: "b-1", "taken-at": new Date().toISOString(), bytes: 20 });' }, 'backup-unproven', 'has 20 bytes, fewer than the 1000 of `minimum-bytes`'],
  ['a marker of another run', { backup: 'process.exit(3);', inputs: { 'backup-marker': '{"id":"b-0","taken-at":"2026-01-01T00:00:00Z","bytes":5000,"run-id":1}' } }, 'backup-unproven', 'ended with 3'],
  ['a variable that nobody gave', { inputs: { 'command-environment': 'OTHER=1' } }, 'invalid-input', '`command-environment` lacks DATABASE_URL'],
])('%s stops the deploy before the switch', async (_, given, reasonCode, sentence) => {
  const ended = await deploy(given);
  expectEnding(ended, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended)).toEqual([expect.stringContaining(sentence)]);
  expect(shown(ended)).not.toContain(PASSWORD);
});

test('with both it goes on to the fence: one backup, said in the outputs; the commands see their variables and no token', async () => {
  const ended = await deploy({ audit: `${SHOW_ENVIRONMENT}${PENDING}`, backup: GOOD_BACKUP, inputs: { 'allow-pending-migration': 'true' } });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'fence-lost' });
  expect(JSON.parse(ended.outputs['backup-marker'] ?? '')).toMatchObject({ id: 'b-1', bytes: 5000 });
  expect(ended.log).toContain('asked: --fail-on-drift');
  expect(ended.log).toMatch(/variables: .*DATABASE_URL/u);
  expect(ended.log).not.toMatch(/variables: .*(?:INPUT_|FLY_|GITHUB_|ACTIONS_)/u);
  expect(shown(ended)).not.toContain(PASSWORD);
  expect(ended.log).toContain('1 migration is pending: Price1; allow-pending-migration is set');
});

test('a backup that this run has taken stands: the command is not asked again', async () => {
  const first = await deploy({ backup: GOOD_BACKUP });
  const marker = first.outputs['backup-marker'] ?? '';
  const second = await deploy({ backup: 'process.exit(3);', inputs: { 'backup-marker': marker } });
  expectEnding(second, subject, { decision: 'failed', reasonCode: 'fence-lost' });
  expect(second.outputs['backup-marker']).toBe(marker);
});

test('what is skipped is said, and asks for no variables', async () => {
  const ended = await deploy({ audit: 'process.exit(3);', backup: 'process.exit(3);', inputs: { 'skip-drift-audit': 'true', 'skip-backup': 'true', 'command-environment': '' } });
  expectEnding(ended, subject, { decision: 'failed', reasonCode: 'fence-lost' });
  expect(ended.log).toContain('::warning::skip-drift-audit is set');
  expect(ended.log).toContain('::warning::skip-backup is set');
  expect(notesOf(ended)).toEqual(['The drift audit was not run: skip-drift-audit is set.', 'No backup was taken: skip-backup is set.'].map((what) => ({ kind: 'skipped', what })));
  expect(ended.outputs['backup-marker']).toBe('');
});

const SHOW_ENVIRONMENT = 'console.log(`asked: ${process.argv.slice(2)}`); console.log(`variables: ${Object.keys(process.env)}`); console.log(`it is ${process.env.DATABASE_URL}`); console.log(new URL(process.env.DATABASE_URL).password);';

/** Without the lines by which the runner is told what to mask: it consumes them. */
const shown = ({ log }: ActionRun): string => log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n');

const SCRIPT = (work: string): string => `const say = (answer, code = 0) => { console.log(JSON.stringify(answer)); process.exitCode = code; };\n${work}\n`;

const COMMANDS = `        commands:
          environment: [DATABASE_URL]
          drift-audit: { run: [${process.execPath}, audit.cjs], timeout-seconds: 2 }
          backup: { run: [${process.execPath}, backup.cjs], timeout-seconds: 10, minimum-bytes: 1000 }
`;
const MIGRATIONS = '        migrations: apps/server/migrations/*.ts\n';

function deploy({ audit = NO_DRIFT, backup = GOOD_BACKUP, inputs = {} }: Given): Promise<ActionRun> {
  const { main } = world.commits;
  return startAction({
    folder: subject.folder,
    inputs: {
      environment: 'production', sha: main, 'image-tag': `production-${main}`, 'fly-api-token': world.twin.credentials.flyApiToken, 'github-token': world.githubToken,
      'command-environment': `DATABASE_URL=postgres://shop:${PASSWORD}@127.0.0.1/shop`, ...inputs,
    },
    environment: run.environment,
    files: {
      [CONFIG_FILE]: (world.files[CONFIG_FILE] ?? '').replace(MIGRATIONS, `${MIGRATIONS}${COMMANDS}`),
      [FLY_CONFIG]: flyConfig(),
      'audit.cjs': SCRIPT(audit),
      'backup.cjs': SCRIPT(backup),
    },
  });
}
