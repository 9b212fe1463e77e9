import { expect, test } from '@jest/globals';
import { deployArguments } from '../src/flyctl.ts';
import { ProviderError } from '@vendure-deploy/shared/providers/fly';
import { worthAnother } from '../src/again.ts';
import { type Attempt, convergence, judge } from '../src/judge.ts';
import type { Plan } from '../src/plan.ts';
import { type Observed, servingRevisions } from '../src/observe.ts';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const NOTHING_TRIED: Attempt = { kind: 'none' };
const plan: Plan = { app: 'shop', fleet: { app: 1, worker: 1 }, sha: NEW, tag: `production-${NEW}`, digest: '', groups: ['app', 'worker'], image: 'x', runId: 7, afterRelease: null };

const exit = (exitCode: number | null, extra: Partial<Extract<Attempt, { kind: 'ended' }>> = {}): Attempt => ({ kind: 'ended', exitCode, cancelled: false, timedOut: false, releaseCommandFailed: false, transience: null, lastWords: '', release: null, ...extra });

type Which = 'new' | 'old';
function observed(app: Which, worker: Which, serves: Which | 'unreachable', change: { check?: string; state?: string; fly?: string } = {}): Observed {
  const sha = { new: NEW, old: OLD };
  const machine = (group: string, which: Which): Observed['machines'][number] => ({
    id: group,
    state: change.state ?? 'started',
    group,
    releaseVersion: '2',
    image: `registry.fly.io/shop:production-${sha[which]}`,
    tag: `production-${sha[which]}`,
    digest: '',
    revision: sha[which],
    since: '',
    hostStatus: 'ok', region: 'fra',
    releaseId: 'r2',
    standby: false,
    cordoned: false,
    hasService: group === 'app',
    autostops: false,
    wantsChecks: group === 'app',
    safeToDestroy: false, canary: false,
    checks: group === 'app' ? [{ name: 'c', status: change.check ?? 'passing' }] : [],
  });
  return {
    fly: change.fly === undefined ? null : new ProviderError('unavailable', change.fly),
    machines: [machine('app', app), machine('worker', worker)],
    public: serves === 'unreachable' ? { kind: 'unreachable', why: 'refused' } : { kind: 'serves', sha: sha[serves], versionId: null, header: null },
    health: { kind: 'ok', pendingMigrations: 0, queueLagSeconds: 0 },
    groups: { app: [sha[app]], worker: [sha[worker]] },
  };
}

test.each([
  // flyctl said                                      app, worker, public                                     decision   reason
  ['exit 0', exit(0), observed('new', 'new', 'new'), 'done', 'target-serves'],
  ['exit 0', exit(0), observed('old', 'old', 'old'), 'failed', 'flyctl-lied'],
  ['exit 1', exit(1), observed('new', 'new', 'new'), 'done', 'flyctl-failed-but-serves'],
  ['exit 1', exit(1), observed('old', 'old', 'old'), 'failed', 'not-switched'],
  ['exit 1 after a failed release command', exit(1, { releaseCommandFailed: true }), observed('old', 'old', 'old'), 'failed', 'release-command-failed'],
  ['exit 127', exit(127), observed('new', 'old', 'new'), 'partial', 'mixed'],
  ['exit 0, public still old', exit(0), observed('new', 'new', 'old'), 'partial', 'mixed'],
  ['exit 0, a check fails', exit(0), observed('new', 'new', 'new', { check: 'critical' }), 'partial', 'mixed'],
  ['exit 0, Machines stopped', exit(0), observed('new', 'new', 'new', { state: 'stopped' }), 'partial', 'mixed'],
  ['exit 0, public unreachable', exit(0), observed('new', 'new', 'unreachable'), 'unknown', 'serves-unproven'],
  ['exit 0, Fly unreadable', exit(0), observed('new', 'new', 'new', { fly: 'no answer' }), 'unknown', 'serves-unproven'],
  ['cancelled', exit(1, { cancelled: true }), observed('old', 'old', 'old'), 'unknown', 'cancelled'],
  ['nothing tried', NOTHING_TRIED, observed('new', 'new', 'new'), 'skipped', 'already-serves'],
])('%s: what was read back decides', (_, attempt, seen, decision, reasonCode) => {
  expect(judge(plan, attempt, seen, OLD)).toMatchObject({ decision, reasonCode });
});

test('a failure names what serves and the next command', () => {
  const { message } = judge(plan, exit(0), observed('old', 'old', 'old'), OLD);
  expect(message).toContain('aaaaaaa');
  expect(message).toContain('gh run rerun 7 --failed');
});

const FLYCTL = { app: 'shop', config: 'fly.toml', image: 'registry.fly.io/shop:1', strategy: '', maxUnavailable: '', releaseCommand: true, updateOnly: false, seconds: 1800 };
test.each<[string, Partial<typeof FLYCTL>, string[]]>([
  ['the strategy of fly.toml', {}, ['--wait-timeout', '300s', '--release-command-timeout', '900s']],
  ['one strategy for this run', { strategy: 'rolling', maxUnavailable: '1' }, ['--wait-timeout', '300s', '--release-command-timeout', '900s', '--strategy', 'rolling', '--max-unavailable', '1']],
  ['waits that fit into what is left', { seconds: 100 }, ['--wait-timeout', '50s', '--release-command-timeout', '50s']],
  ['waits of some seconds at least', { seconds: 4 }, ['--wait-timeout', '10s', '--release-command-timeout', '10s']],
  ['no release command on the way back', { releaseCommand: false }, ['--wait-timeout', '300s', '--skip-release-command']],
  ['no new Machines', { releaseCommand: false, updateOnly: true }, ['--wait-timeout', '300s', '--update-only', '--skip-release-command']],
])('flyctl is started with %s', (_, change, tail) => {
  expect(deployArguments({ ...FLYCTL, ...change })).toEqual(['deploy', '--app', 'shop', '--config', 'fly.toml', '--image', 'registry.fly.io/shop:1', '--remote-only', '--yes', '--deploy-retries', '1', '--dns-checks=false', ...tail]);
});

const changed = (seen: Observed, ...more: readonly Partial<Observed['machines'][number]>[]): Observed => {
  const [app] = seen.machines;
  if (app === undefined) throw new Error('no Machine');
  return { ...seen, machines: [...seen.machines, ...more.map((change, index) => ({ ...app, id: `m${index}`, ...change }))] };
};
const oldImage = { tag: `production-${OLD}`, revision: OLD };

test.each([
  ['a blue one that was cordoned and stopped, not removed', changed(observed('new', 'new', 'new'), { ...oldImage, cordoned: true, state: 'stopped' }), 'target'],
  ['a blue one that was cordoned and still runs', changed(observed('new', 'new', 'new'), { ...oldImage, cordoned: true }), 'target'],
  ['a green orphan that nobody is sent to', changed(observed('old', 'old', 'old'), { cordoned: true, tag: plan.tag, revision: NEW }), 'before'],
  ['a cordoned worker of the old image: it works all the same', changed(observed('new', 'new', 'new'), { ...oldImage, group: 'worker', hasService: false, cordoned: true, checks: [], wantsChecks: false }), 'mixed'],
  ['an old Machine that nobody cordoned', changed(observed('new', 'new', 'new'), oldImage), 'mixed'],
  ['a new Machine whose check does not pass yet', changed(observed('new', 'new', 'new'), { checks: [{ name: 'c', status: 'critical' }] }), 'moving'],
  ['a new Machine that Fly stopped because nobody asks', changed(observed('new', 'new', 'new'), { autostops: true, state: 'stopped', checks: [{ name: 'c', status: 'critical' }] }), 'target'],
])('a fleet with %s: %s', (_, seen, where) => {
  expect(convergence(plan, seen)).toBe(where);
});

test('fewer Machines of a group than before are not the target', () => {
  expect(convergence({ ...plan, fleet: { app: 2, worker: 1 } }, observed('new', 'new', 'new'))).toBe('mixed');
});

test('what is left over is named, each with its command', () => {
  const { decision, message } = judge(plan, exit(0), changed(observed('new', 'new', 'new'), { ...oldImage, cordoned: true, state: 'stopped' }), OLD);
  expect(decision).toBe('done');
  expect(message).toContain('flyctl machine destroy m0 --app shop --force');
});

test.each([
  ['a concurrent update before anything was switched', exit(1, { transience: 'concurrent-update' }), observed('old', 'old', 'old'), 'concurrent-update'],
  ['a lost answer of Fly half way', exit(127, { transience: 'fly-unwell' }), observed('new', 'old', 'new'), 'fly-unwell'],
  ['it serves all the same', exit(1, { transience: 'fly-unwell' }), observed('new', 'new', 'new'), null],
  ['what serves cannot be read', exit(1, { transience: 'fly-unwell' }), observed('old', 'old', 'unreachable'), null],
  ['a failure that stays', exit(1), observed('old', 'old', 'old'), null],
  ['flyctl said 0', exit(0, { transience: 'fly-unwell' }), observed('old', 'old', 'old'), null],
  ['a cancel', exit(1, { transience: 'fly-unwell', cancelled: true }), observed('old', 'old', 'old'), null],
  ['the time is up', exit(null, { transience: 'fly-unwell', timedOut: true }), observed('old', 'old', 'old'), null],
  ['the release command failed', exit(1, { transience: 'fly-unwell', releaseCommandFailed: true }), observed('old', 'old', 'old'), null],
])('one more run of flyctl: %s', (_, attempt, seen, why) => {
  expect(worthAnother(attempt, convergence(plan, seen))).toBe(why);
});

test('the commits at work are those of Machines that are started, uncordoned and no standby', () => {
  const seen = observed('old', 'new', 'old');
  const [app] = seen.machines;
  if (app === undefined) throw new Error('no Machine');
  const elsewhere = 'c'.repeat(40);
  const idle = [{ cordoned: true }, { standby: true as const }, { state: 'stopped' }].map((change) => ({ ...app, revision: elsewhere, ...change }));
  expect(servingRevisions({ ...seen, machines: [...seen.machines, ...idle, { ...app, revision: '' }] })).toEqual([OLD, NEW]);
});

// The commit serves already, and is deployed again for its secrets: image and public URL are the same before and after.
const forSecrets: Plan = { ...plan, afterRelease: 2 };
const released = (app: string, worker: string): Observed => {
  const seen = observed('new', 'new', 'new');
  return { ...seen, machines: seen.machines.map((machine) => ({ ...machine, releaseVersion: machine.group === 'app' ? app : worker })) };
};

test.each([
  // flyctl said     releases of app, worker    decision   reason                      and says
  ['exit 0', exit(0), released('3', '3'),        'done',    'target-serves',            'every Machine, every check'],
  ['exit 1', exit(1), released('3', '3'),        'done',    'flyctl-failed-but-serves', 'flyctl ended with exit code 1'],
  ['exit 0', exit(0), released('2', '2'),        'failed',  'flyctl-lied',              'with the secrets of before'],
  ['exit 1', exit(1), released('2', '2'),        'failed',  'not-switched',             'with the secrets of before'],
  ['exit 1', exit(1), released('3', '2'),        'partial', 'mixed',                    'Machine worker [worker] has the secrets of before'],
  ['exit 0', exit(0), released('3', ''),         'partial', 'mixed',                    'Machine worker [worker] has the secrets of before'],
] as const)('secrets for the same commit: %s', (_said, attempt, seen, decision, reasonCode, sentence) => {
  expect(judge(forSecrets, attempt, seen, NEW)).toMatchObject({ decision, reasonCode, message: expect.stringContaining(sentence) });
});

test('secrets with another commit: a Machine of an older release lacks them, whatever it runs', () => {
  expect(convergence(forSecrets, released('2', '2'))).toBe('before');
  expect(convergence(forSecrets, observed('old', 'old', 'old'))).toBe('before');
  expect(convergence(forSecrets, observed('new', 'old', 'new'))).toBe('mixed');
});
