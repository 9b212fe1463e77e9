import { describe, expect, test } from '@jest/globals';
import { diagnose, type Situation } from '@vendure-deploy/shared/diagnosis';
import { nextCommands } from '../src/next-command.ts';
import { startedWith } from '../src/options.ts';
import { page } from '../src/page.ts';
import { timelineOf } from '../src/timeline.ts';
import { readPhases } from '../src/phases.ts';
import { slaClock, type SurfaceReading, type Verdict } from '@vendure-deploy/shared/release';

const NEW = 'b'.repeat(40);
const OLD = 'a'.repeat(40);
const at = (sha: string): SurfaceReading => ({ before: OLD, intended: NEW, observed: { kind: 'confirmed', sha } });

const situation = (some: Partial<Situation>): Situation => ({ environment: 'production', repository: 'o/r', workflow: 'lane.yml', sha: NEW, asked: '', ref: 'refs/heads/main', runId: 7, wanted: ['vendure', 'dashboard', 'storefront'], missing: [], options: [], app: 'shop', promoteFrom: 'staging', machines: [], ...some });

describe('the next command, where nothing is known of the cause', () => {
  test.each<[string, Verdict, Partial<Situation>, string[]]>([
    ['all arrived', 'deployed', {}, []],
    ['only the Dashboard is missing', 'partial', { missing: ['dashboard'] }, [`gh workflow run lane.yml -f ref=${NEW} -f vendure=false -f storefront=false`]],
    ['Dashboard and Storefront are missing', 'partial', { missing: ['dashboard', 'storefront'] }, [`gh workflow run lane.yml -f ref=${NEW} -f vendure=false`]],
    ['nothing was switched', 'failed-before-switch', { missing: ['vendure', 'dashboard', 'storefront'] }, [`gh workflow run lane.yml -f ref=${NEW}`]],
    ['the lane has no switch for a surface', 'partial', { missing: ['dashboard'], switches: ['dashboard'] }, [`gh workflow run lane.yml -f ref=${NEW}`]],
    ['and what has arrived can be left out of it', 'partial', { missing: ['vendure'], switches: ['dashboard'] }, [`gh workflow run lane.yml -f ref=${NEW} -f dashboard=false`]],
    ['it was started with switches', 'partial', { missing: ['storefront'], options: ['allow_older=true', 'strategy=canary'] }, [`gh workflow run lane.yml -f ref=${NEW} -f vendure=false -f dashboard=false -f allow_older=true -f strategy=canary`]],
    ['an environment without Vendure: its lane has no such switch', 'partial', { app: '', wanted: ['dashboard', 'storefront'], missing: ['storefront'], options: ['action=open'] }, [`gh workflow run lane.yml -f ref=${NEW} -f dashboard=false -f action=open`]],
    ['no commit was resolved: what was typed', 'failed-before-switch', { sha: '', asked: 'develop', missing: ['vendure'] }, ['gh workflow run lane.yml -f ref=develop -f dashboard=false -f storefront=false']],
    ['no commit was resolved, and nothing was typed: from the same branch', 'failed-before-switch', { sha: '', ref: 'refs/heads/develop', missing: ['vendure'] }, ['gh workflow run lane.yml --ref develop -f dashboard=false -f storefront=false']],
  ])('%s', (_, verdict, some, expected) => {
    expect(nextCommands({ verdict, causes: [], situation: situation(some), isBroken: false })).toEqual(expected);
  });
});

test('the next command is what cures the first failure that is known, also where the commit serves', () => {
  const causes = diagnose([{ phase: 'verify', reasonCode: 'probe-failed', check: 'brand-new', lines: ['no such thing'] }, { phase: 'verify', reasonCode: 'probe-failed', check: 'worker', lines: ['vendure: no worker has done the canary job 7 within 5 s'] }], situation({}));
  expect(nextCommands({ verdict: 'failed-after-switch', causes: [], situation: situation({}), isBroken: true })).toEqual(['gh run rerun 7 --failed']);
  expect(nextCommands({ verdict: 'failed-after-switch', causes, situation: situation({}), isBroken: true })).toEqual(['flyctl machine list -a shop', 'gh workflow run verify.yml -f environment=production']);
});

const ON = ['dashboard_blocking'];

describe('options', () => {
  test('what the lane was started with is kept, its defaults and its own words are not', () => {
    expect(startedWith(JSON.stringify({ environment: 'production', ref: 'develop', vendure: true, dashboard: false, allow_older: true, redeploy: false, dashboard_blocking: true, strategy: 'configured', bake_seconds: '', sla_seconds: '300', dry_run: true }), ON)).toEqual({ ref: 'develop', options: ['allow_older=true', 'sla_seconds=300'], switches: ['vendure', 'dashboard'] });
    expect(startedWith(JSON.stringify({ dashboard_blocking: false }), ON)).toEqual({ ref: '', options: ['dashboard_blocking=false'], switches: [] });
    expect(startedWith('', ON)).toEqual({ ref: '', options: [], switches: ['vendure', 'dashboard', 'storefront'] });
  });
  test('a switch is a default by what the lane says is on', () => {
    const fast = [...ON, 'allow_pending_migration'];
    expect([true, false].map((value) => startedWith(JSON.stringify({ allow_pending_migration: value }), fast).options)).toEqual([[], ['allow_pending_migration=false']]);
    expect([true, false].map((value) => startedWith(JSON.stringify({ allow_pending_migration: value }), ON).options)).toEqual([['allow_pending_migration=true'], []]);
  });
  test('what is none is refused with what to write', () => {
    expect(() => startedWith('x', ON)).toThrow('options: ${{ toJSON(inputs) }}');
  });
});

test('phases are read from toJSON(needs), with what each action said', () => {
  const said = { decision: 'failed', 'reason-code': 'flyctl-lied', message: 'm', seconds: 3, before: OLD, notes: [{ kind: 'healed', what: 'tried again' }], machines: [{ id: '1', group: 'worker', after: {} }, { id: '2', group: 'worker', after: null }] };
  const result = JSON.stringify(said);
  expect(readPhases(JSON.stringify({ vendure: { result: 'failure', outputs: { result } }, verify: { result: 'skipped', outputs: {} } }))).toEqual([
    { name: 'vendure', result: 'failure', seconds: 3, message: 'm', reasonCode: 'flyctl-lied', before: OLD, serving: {}, revisions: [], notes: said.notes, machines: [{ id: '1', group: 'worker' }], document: expect.objectContaining({ seconds: 3 }) as unknown },
    { name: 'verify', result: 'skipped', seconds: 0, message: '', reasonCode: '', before: null, serving: {}, revisions: [], notes: [], machines: [], document: null },
  ]);
});

test('phases are read from toJSON(steps) of a job that has all of them: by the outcome, and of other steps only what failed', () => {
  const result = JSON.stringify({ decision: 'failed', 'reason-code': 'lock-held-by-another', message: 'held', seconds: 2 });
  const steps = {
    source: { outputs: { commit: NEW }, outcome: 'success', conclusion: 'success' },
    preflight: { outputs: { sha: NEW }, outcome: 'success', conclusion: 'success' },
    lock: { outputs: { result }, outcome: 'failure', conclusion: 'failure' },
    vendure: { outputs: {}, outcome: 'skipped', conclusion: 'skipped' },
    // Forgiven by the lane, which is no success.
    dashboard: { outputs: {}, outcome: 'failure', conclusion: 'success' },
    verify: {},
  };
  expect(readPhases(JSON.stringify(steps)).map(({ name, result: ended, reasonCode }) => [name, ended, reasonCode])).toEqual([
    ['preflight', 'success', ''],
    ['lock', 'failure', 'lock-held-by-another'],
    ['vendure', 'skipped', ''],
    ['dashboard', 'failure', ''],
    ['verify', 'skipped', ''],
  ]);
});

test('phases that are no JSON are the caller\'s fault, in one sentence', () => {
  expect(() => readPhases('nonsense')).toThrow(/toJSON\(needs\)/u);
});

test('the page names the verdict, what serves and the command, and lets no foreign text become markup', () => {
  const text = page({
    environment: 'production',
    sha: NEW,
    verdict: 'partial',
    readings: { vendure: at(NEW), dashboard: at(OLD) },
    phases: [{ name: 'dashboard', result: 'failure', seconds: 2, message: 'a | b `c` @team', reasonCode: 'not-deployed', before: OLD, serving: {}, revisions: [], notes: [{ kind: 'healed', what: 'pushed | again' }], machines: [], document: null }],
    causes: diagnose([{ phase: 'dashboard', reasonCode: 'not-deployed', check: '', lines: ['a | b `c` @team'] }, { phase: 'verify', reasonCode: 'nothing-known', check: '', lines: ['x', 'its `last` words @all'] }], situation({ missing: ['dashboard'] })),
    sla: slaClock({ budgetSeconds: 60, startedAtMs: 0 }).read(60_010),
    times: { startedAt: 0, jobs: [], timeline: timelineOf([{ id: 1, runId: 1, name: 'deploy / vendure: `#1;', status: 'completed', conclusion: 'failure', startedAt: 2000, completedAt: 50_000, lost: false, steps: [{ name: 'Deploy to Fly', seconds: 40.06 }] }], 0, 60_010) },
    next: ['gh workflow run x'],
  });
  expect(text).toContain('## production: partial (bbbbbbb)');
  expect(text).toContain('| dashboard | `aaaaaaa` | `bbbbbbb` | `aaaaaaa` confirmed, not the intended one |');
  expect(text).toContain('gh workflow run x');
  expect(text).toContain("`a / b 'c' @team`");
  expect(text).toMatch(/\*\*dashboard: dashboard-behind\*\*\n\nVendure serves the new commit, .*\n\nVendure は新しい commit で稼働し/u);
  expect(text).toContain('**verify: not known (nothing-known)**');
  expect(text).toContain("- `its 'last' words @all`");
  expect(text).toContain('| dashboard | healed | pushed \\| again |');
  // A breach is never rounded away, and the picture holds no text that would break it.
  expect(text).toContain('### Time: 60.1 s of 60 s (breached)');
  expect(text).toContain('Critical path: waiting 2.0 → vendure: `#1; 48.0 → waiting 10.1. Slowest of it: vendure: `#1;, 48.0 s, of which "Deploy to Fly" 40.1 s.');
  expect(text).toContain('    vendure    1  :crit, 2000, 50000\n```');
});
