import { expect, test } from '@jest/globals';
import { type Fit, fitWords, forecastOf, restFits, runForecast, type RunForecast } from '@vendure-deploy/shared/release';

const FULL: RunForecast = {
  samples: 5,
  phases: {
    preflight: { seconds: 10, job: 20 }, image: { seconds: 5, job: 12 }, 'dashboard-build': { seconds: 40, job: 50 }, 'storefront-build': { seconds: 30, job: 40 },
    vendure: { seconds: 60, job: 75 }, dashboard: { seconds: 10, job: 20 }, storefront: { seconds: 10, job: 20 }, verify: { seconds: 5, job: 15 }, report: { seconds: 4, job: 9 },
  },
};
const only = (...phases: (keyof RunForecast['phases'])[]): RunForecast => ({ samples: 5, phases: Object.fromEntries(phases.map((phase) => [phase, FULL.phases[phase]])) });
const slowBuild: RunForecast = { ...FULL, phases: { ...FULL.phases, 'dashboard-build': { seconds: 200, job: 215 } } };
const unmeasured: RunForecast = { ...FULL, phases: { ...FULL.phases, storefront: null } };
const VENDURE = only('preflight', 'image', 'vendure', 'verify', 'report');
const WORKERS = only('preflight', 'dashboard-build', 'storefront-build', 'dashboard', 'storefront', 'verify', 'report');
type Given = Partial<Parameters<typeof restFits>[0]>;
const at = (elapsedSeconds: number): Pick<Given, 'startedAt' | 'now'> => ({ startedAt: 1000, now: 1000 + elapsedSeconds * 1000 });

test.each<[string, Given, Partial<Fit>]>([
  // standing before the first write       given                                                             it
  ['of Vendure alone, with time',          { ...at(50), forecast: VENDURE },                                 { kind: 'fits', elapsedSeconds: 50, restSeconds: 84 }],
  ['to the very second',                   { ...at(216), forecast: VENDURE },                                { kind: 'fits', restSeconds: 84 }],
  ['a hundredth of a second short',        { ...at(216.01), forecast: VENDURE },                             { kind: 'cannot-fit', restSeconds: 84 }],
  ['what the phase has spent is not counted twice', { ...at(236), forecast: VENDURE, spentSeconds: 20 },     { kind: 'fits', restSeconds: 64 }],
  ['it has spent more than it usually takes', { ...at(300), forecast: VENDURE, spentSeconds: 90 },           { kind: 'cannot-fit', restSeconds: 24 }],
  ['of all surfaces, one after the other', { ...at(50), forecast: FULL },                                    { kind: 'fits', restSeconds: 124 }],
  ['the Dashboard waits for its build',    { ...at(50), forecast: slowBuild },                               { kind: 'fits', restSeconds: 224, legs: expect.arrayContaining([{ phase: 'dashboard-build', seconds: 100 }]) as never }],
  ['the build is long done',               { ...at(155), forecast: slowBuild },                              { kind: 'fits', restSeconds: 124 }],
  ['nobody has told of the Storefront',    { ...at(50), forecast: unmeasured },                              { kind: 'fits', restSeconds: 104, unmeasured: ['storefront'] }],
  ['the Workers alone, at the Dashboard',  { ...at(200), forecast: WORKERS, own: 'dashboard' },              { kind: 'fits', restSeconds: 54 }],
  ['the Workers alone, at the Storefront', { ...at(900), forecast: WORKERS, own: 'storefront' },             { kind: 'begun', by: 'dashboard' }],
  ['Vendure is behind us',                 { ...at(900), forecast: FULL, own: 'dashboard' },                 { kind: 'begun', by: 'vendure' }],
  ['no forecast',                          { ...at(900), forecast: null },                                   { kind: 'unknown', why: 'too few earlier deploys have recorded what they took' }],
  ['none of this phase',                   { ...at(900), forecast: { ...FULL, phases: { vendure: null } } }, { kind: 'unknown', why: 'no earlier deploy has recorded what vendure takes' }],
  ['no beginning',                         { startedAt: null, forecast: FULL },                              { kind: 'unknown', why: 'when this attempt of the run began could not be read' }],
])('%s', (_, given, fit) => {
  expect(restFits({ budgetSeconds: 300, ...at(0), forecast: null, own: 'vendure', spentSeconds: 0, ...given } as Parameters<typeof restFits>[0])).toMatchObject(fit);
});

test('the words hold every figure, and round none to the favour of whoever deploys', () => {
  const fit = restFits({ budgetSeconds: 150, ...at(80.01), forecast: unmeasured, own: 'vendure', spentSeconds: 9.99 } as Parameters<typeof restFits>[0]);
  expect(fit.kind === 'cannot-fit' ? fitWords(fit) : fit).toBe('80.1 s of 150 s have passed, and the rest usually takes 94.1 s (vendure 50.1, dashboard 20.0, verify 15.0, report 9.0, storefront not known; the median of 5 deploys)');
});

test('a run is forecast by the phases that it makes; of a job its own time is known where it was recorded, and a longer bake is counted', () => {
  const took = (vendure: number) => ({ verdict: 'deployed', seconds: { total: 100, phases: { verify: 3, vendure, image: 2 }, jobs: { approve: 1, vendure: vendure + 10, report: 4 } } });
  const forecast = forecastOf([took(60), took(80), { ...took(70), verdict: 'failed-after-switch' }, took(70)]);
  expect(forecast?.phases.map(({ phase }) => phase)).toEqual(['image', 'vendure', 'verify', 'report']);
  expect(forecast === null ? null : runForecast(forecast, ['vendure'], 30)).toEqual({
    samples: 3, phases: { preflight: null, image: { seconds: 2, job: 2 }, vendure: { seconds: 70, job: 80 }, verify: { seconds: 30, job: 30 }, report: { seconds: 4, job: 4 } },
  });
});
