import { expect, test } from '@jest/globals';
import { type Verdict, VERDICTS } from '@vendure-deploy/shared/release';
import { deploymentOf } from '../src/deployment.ts';

const SHA = 'b'.repeat(40);
const RUN = { runId: 7, runUrl: 'https://github.com/example/shop/actions/runs/7/attempts/1' };
const TOOK = { total: 61, phases: { vendure: 50 }, jobs: { vendure: 58 } };
const URLS = { vendure: 'https://api.shop.example', dashboard: 'https://dashboard.shop.example', storefront: 'https://shop.example' };

test.each<[Verdict, string]>([
  // verdict               what GitHub shows
  ['deployed',             'success'],
  ['unchanged',            'success'],
  ['partial',              'failure'],
  ['failed-before-switch', 'failure'],
  ['failed-after-switch',  'failure'],
  ['unknown',              'error'],
])('%s is recorded as %s', (verdict, state) => {
  const record = deploymentOf({ verdict, sha: SHA, environment: 'production', urls: URLS, run: RUN, seconds: TOOK });
  expect(record).toEqual({
    sha: SHA, environment: 'production', production: true, runId: 7, state, verdict, seconds: TOOK, logUrl: RUN.runUrl, environmentUrl: 'https://shop.example', description: `${verdict}: ${VERDICTS[verdict]}`,
  });
  expect(record?.description.length).toBeLessThanOrEqual(140);
});

test('nothing is recorded when the commit was never resolved', () => {
  expect(deploymentOf({ verdict: 'failed-before-switch', sha: '', environment: 'production', urls: URLS, run: RUN, seconds: TOOK })).toBeNull();
});

test.each([
  ['the Storefront',                   URLS,                             'https://shop.example'],
  ['Vendure, without a Storefront',    { vendure: URLS.vendure, dashboard: URLS.dashboard }, URLS.vendure],
  ['the Dashboard, when it is alone',  { dashboard: URLS.dashboard },    URLS.dashboard],
  ['nothing, when nothing was wanted', {},                               null],
])('one is led to %s', (_, urls, expected) => {
  expect(deploymentOf({ verdict: 'deployed', sha: SHA, environment: 'staging', urls, run: RUN, seconds: TOOK })).toMatchObject({ environmentUrl: expected, production: false });
});
