import { expect, test } from '@jest/globals';
import type { Machine } from '@vendure-deploy/shared/providers/fly';
import { forecastOf } from '@vendure-deploy/shared/release';
import { changesOf } from '../src/flight-plan/machines.ts';
import { linesOf, pageOf } from '../src/flight-plan/page.ts';
import { type FlightPlan, routesChange, secretsChange, wayBackOf } from '../src/flight-plan/plan.ts';

const fleet = (...groups: string[]): Machine[] => groups.map((group, index) => ({ id: `m-${index}`, group }) as Machine);

test.each<[string, number, number, number]>([
  // strategy   created, destroyed, updated in place
  ['bluegreen', 2, 2, 0],
  ['canary',    1, 1, 2],
  ['rolling',   0, 0, 2],
  ['immediate', 0, 0, 2],
])('%s of a group of two', (strategy, created, destroyed, updated) => {
  expect(changesOf(fleet('app', 'app', 'worker'), ['app'], strategy)).toEqual([{ group: 'app', now: 2, created, destroyed, updated, isNew: false }]);
});

test('a group without a Machine is new, whatever the strategy', () => {
  expect(changesOf(fleet('app'), ['app', 'worker'], 'bluegreen')[1]).toMatchObject({ group: 'worker', now: 0, isNew: true });
});

test('secrets are told by name; those at Fly that nobody wants stay', () => {
  expect(secretsChange(['B', 'A', 'C'], ['C', 'OLD'], ['OLD'])).toEqual({ added: ['A', 'B'], compared: ['C'], staged: ['OLD'], unwanted: ['OLD'] });
});

test.each<[string, string[], string[], ReturnType<typeof routesChange>]>([
  ['the set is replaced', ['a/*', 'b/*'], ['b/*', 'c/*'], { added: ['a/*'], kept: ['b/*'], removed: ['c/*'] }],
  ['an empty list closes nothing', [], ['c/*'], { added: [], kept: ['c/*'], removed: [] }],
])('routes: %s', (_, configured, live, change) => expect(routesChange(configured, live)).toEqual(change));

test('a forecast needs three deploys, and none that changed nothing', () => {
  const took = (total: number, verdict = 'deployed') => ({ verdict, seconds: { total, phases: { vendure: total - 10 } } });
  expect(forecastOf([took(60), took(5, 'unchanged'), took(70)])).toBeNull();
  expect(forecastOf([took(60), took(5, 'unchanged'), took(70), took(200, 'partial'), took(90)])).toEqual({ samples: 3, phases: [{ phase: 'vendure', seconds: 60, worst: 80 }], total: { seconds: 70, worst: 90 } });
});

const OLD = 'a'.repeat(40);
const PLAN: FlightPlan = {
  environment: 'production', sha: 'b'.repeat(40), serving: { vendure: OLD, storefront: null },
  commits: { kind: 'known', value: { since: OLD, total: 42, listed: [{ sha: 'c'.repeat(40), subject: 'Sell | more <b> (#12)', author: 'Shop', pullRequest: 12 }] } },
  migrations: { evidence: '1 migration since aaaaaaa, which serves', count: 1 },
  vendure: {
    strategy: 'bluegreen', releaseCommand: true, machines: { kind: 'known', value: changesOf(fleet('app', 'app', 'worker'), ['app', 'worker'], 'bluegreen') }, image: 'is built',
    secrets: { kind: 'unknown', why: 'Fly answered 503' },
  },
  workers: [{ worker: 'shop-storefront', routes: { kind: 'known', value: { added: [], kept: ['www.shop.example/*'], removed: ['old.shop.example/*'] } } }],
  budgetSeconds: 300,
  bakeSeconds: 60,
  forecast: { kind: 'known', value: { samples: 3, phases: [{ phase: 'vendure', seconds: 60, worst: 80 }], total: { seconds: 70, worst: 90 } } },
  wayBack: wayBackOf({ serving: OLD, workflow: 'deploy-production.yml', migrations: 1, secrets: true }),
};

test('a person reads what is shipped, changed, taken away, and how to go back', () => {
  expect(linesOf(PLAN)).toEqual([
    'ships   bbbbbbb to production: vendure (serves aaaaaaa), storefront (serves nobody knows what)',
    'commits 42 since aaaaaaa',
    '        ccccccc Sell | more <b> (#12), Shop (pull request 12)',
    '        and 41 more',
    'schema  1 migration since aaaaaaa, which serves',
    'image   is built',
    'fly     bluegreen: app 2 (2 created, 2 destroyed); worker 1 (1 created, 1 destroyed), after one Machine that runs the release command and goes',
    'secrets not known: Fly answered 503',
    'routes  shop-storefront: removed: old.shop.example/*; kept: www.shop.example/*',
    'time    70 s of 300 s by the last 3 deploys, at worst 90 s (vendure 60)',
    'bake    what serves is watched for 60 s at the end',
    `return  until flyctl is started nothing is changed. Back:  gh workflow run deploy-production.yml -f ref=${OLD} -f allow_older=true`,
    '        which does not bring back the schema: 1 migration stays applied, and the older release then meets it',
    '        which does not bring back secrets at Fly: they have no versions, and stay as this deploy sets them',
    '        which does not bring back what was written to the database meanwhile',
  ]);
});

test('on the page a commit of somebody else becomes no markup', () => {
  const page = pageOf(PLAN, true);
  expect(page).toContain('### Flight plan (dry run: nothing was changed)');
  expect(page).toContain('|  | ccccccc `Sell / more <b> (#12), Shop` (pull request 12) |');
});
