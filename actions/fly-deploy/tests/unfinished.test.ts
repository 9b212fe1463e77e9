import { expect, test } from '@jest/globals';
import type { Machine } from '@vendure-deploy/shared/providers/fly';
import { unfinished } from '../src/unfinished.ts';

let count = 0;
const machine = (image: 'old' | 'new', group: string, change: Partial<Machine> = {}): Machine => ({
  id: `${image}-${group}-${(count += 1)}`, state: 'started', since: '', hostStatus: 'ok', region: 'fra', group, releaseId: '', releaseVersion: image === 'old' ? '1' : '2', image, tag: image, digest: '', revision: '',
  standby: false, cordoned: false, hasService: group === 'app', autostops: false, wantsChecks: false, safeToDestroy: false, canary: false, checks: [], ...change,
});
const whole = (image: 'old' | 'new', change: Partial<Machine> = {}): Machine[] => [machine(image, 'app', change), machine(image, 'app', change), machine(image, 'worker', change)];

test.each<[string, Machine[], { kind: string; keep?: string; removed?: number }]>([
  ['one image: nothing was left', whole('old'), { kind: 'none' }],
  ['killed while green Machines were made', [...whole('old'), machine('new', 'app', { cordoned: true })], { kind: 'left', keep: 'old', removed: 1 }],
  ['killed before the green ones took traffic', [...whole('old'), ...whole('new', { cordoned: true })], { kind: 'left', keep: 'old', removed: 3 }],
  ['killed when both served: what served before stays', [...whole('old'), ...whole('new')], { kind: 'left', keep: 'old', removed: 3 }],
  ['killed while the blue ones were removed', [machine('old', 'app', { cordoned: true }), ...whole('new')], { kind: 'left', keep: 'new', removed: 1 }],
  ["flyctl's own mark goes before counting", [...whole('old', { safeToDestroy: true }), ...whole('new')], { kind: 'left', keep: 'new', removed: 3 }],
  ['marked, but the others are not well: the marked ones are needed', [...whole('old', { safeToDestroy: true }), ...whole('new', { state: 'stopped' })], { kind: 'unclear' }],
  ['no image has every group', [machine('old', 'app'), machine('new', 'worker')], { kind: 'unclear' }],
  ['more of one group here and of another there', [...whole('old').slice(1), ...whole('new'), machine('old', 'worker')], { kind: 'unclear' }],
])('%s', (_, machines, { kind, keep, removed }) => {
  const found = unfinished(machines, ['app', 'worker']);
  expect(found.kind).toBe(kind);
  if (found.kind !== 'left') return;
  expect({ keep: found.keep, removed: found.machines.length }).toEqual({ keep, removed });
  expect(found.machines.every(({ image }) => image !== keep)).toBe(true);
});
