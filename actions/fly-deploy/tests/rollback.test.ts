import { expect, test } from '@jest/globals';
import type { Machine } from '@vendure-deploy/shared/providers/fly';
import type { Observed } from '../src/observe.ts';
import type { Plan } from '../src/plan.ts';
import { judgeReturn, wayBack } from '../src/rollback.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);
const plan: Plan = { app: 'shop', sha: NEW, tag: 'new', digest: 'sha256:new', groups: ['app'], image: 'registry.fly.io/shop:new', fleet: { app: 1 }, runId: 7, afterRelease: null };

const machine = (tag: string, change: Partial<Machine> = {}): Machine => ({
  id: tag, state: 'started', since: '', hostStatus: 'ok', region: 'fra', group: 'app', releaseId: '', releaseVersion: '1', image: `registry.fly.io/shop:${tag}`, tag, digest: '', revision: tag === 'old' ? OLD : NEW,
  standby: false, cordoned: false, hasService: true, autostops: false, wantsChecks: false, safeToDestroy: false, canary: false, checks: [], ...change,
});

function look(machines: readonly Machine[], serves: string | null): Observed {
  return {
    fly: null, machines, groups: {}, health: { kind: 'ok', pendingMigrations: 0, queueLagSeconds: 0 },
    public: serves === null ? { kind: 'unreachable', why: 'refused' } : { kind: 'serves', sha: serves, versionId: null, header: null },
  };
}

const BACK = { ...plan, sha: OLD, tag: 'old', digest: '', image: 'registry.fly.io/shop:old' };

test.each<[string, Observed, unknown]>([
  ['one image before is brought back', look([machine('old'), machine('old')], OLD), { kind: 'there', plan: BACK }],
  ['what the public got could not be read: the image says its commit', look([machine('old')], null), { kind: 'there', plan: BACK }],
  ['a leftover green is not what served', look([machine('old'), machine('other', { cordoned: true, state: 'stopped' })], OLD), { kind: 'there', plan: BACK }],
  ['two images before are none', look([machine('old'), machine('other')], OLD), { kind: 'none', why: 'the Machines ran 2 images before (registry.fly.io/shop:old, registry.fly.io/shop:other)' }],
  ['no Machine before', look([], OLD), { kind: 'none', why: 'no Machine said which image it ran before' }],
  ['the same image before', look([machine('new')], NEW), { kind: 'none', why: 'the image before was the same' }],
  ['nobody knows the commit', look([machine('old', { revision: '' })], null), { kind: 'none', why: 'which commit served before is not known' }],
])('%s', (_, anchor, expected) => {
  expect(wayBack(plan, anchor)).toEqual(expected);
});

const failed = { decision: 'partial', reasonCode: 'mixed', message: 'Some are new.' } as const;
const ended = { kind: 'ended', exitCode: 1, cancelled: false, timedOut: false, releaseCommandFailed: false, transience: null, lastWords: 'Error: no', release: null } as const;

test.each<[string, Observed, string]>([
  ['the old image serves', look([machine('old')], OLD), 'failed/rolled-back'],
  ['it is still some of each', look([machine('old'), machine('new')], OLD), 'partial/rollback-failed'],
  ['nobody answers', look([machine('old')], null), 'unknown/rollback-failed'],
])('after a rollback where %s', (_, observed, expected) => {
  const { decision, reasonCode, message } = judgeReturn(failed, BACK, { attempt: ended, observed, runs: 1, again: null, leases: [], stopped: null });
  expect(`${decision}/${reasonCode}`).toBe(expected);
  expect(message).toContain(reasonCode === 'rolled-back' ? 'Not brought back: the database' : 'flyctl deploy --app shop --image registry.fly.io/shop:old --skip-release-command');
});
