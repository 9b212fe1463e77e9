import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig } from '@vendure-deploy/shared/config';
import { inputsOfLane } from './stage/lanes.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/ritsubi');

/** Every variable that the runbook tells an operator to set, or says that a script reads. */
const RUNBOOK = [
  'BACKUP_POSTGRES_PRODUCTION_SKIP', 'BUILDX_CI_REGISTRY_CACHE_TO', 'BUILD_PUSH_RETRIES', 'DEPLOY_DASHBOARD_BLOCKING', 'DEPLOY_FLY_STRATEGY', 'DEPLOY_REQUIRE_PREBUILT_IMAGE', 'FAST_DEPLOY_PRODUCTION_ALLOW_NON_MAIN',
  'MANUAL_DEPLOY_SLA_SECONDS', 'PRE_DEPLOY_MIGRATION_SCAN_STRICT', 'PRE_DEPLOY_SKIP_AUTH_CHECK', 'PRE_DEPLOY_SKIP_LOCK', 'PRE_DEPLOY_SKIP_MACHINE_SETTLE', 'PRE_DEPLOY_SKIP_MIGRATION_SCAN', 'SECRETS_CONFIG', 'allow_pending_migration',
  'deploy_dashboard', 'deploy_storefront',
];

interface Row {
  readonly variable: string;
  readonly way: string;
  readonly input: string;
  readonly lanes: readonly string[];
  readonly sentence: string;
}

const ROWS: readonly Row[] = readFileSync(join(EXAMPLE, 'environment.md'), 'utf8').split('\n').filter((line) => line.startsWith('| `')).map((line) => {
  const [variable = '', way = '', input = '', lanes = '', sentence = ''] = line.replaceAll('`', '').split('|').slice(1).map((cell) => cell.trim());
  return { variable, way, input, lanes: lanes.split(',').map((lane) => lane.trim()), sentence };
});

test('every variable of the runbook has its row, and there is no other', () => {
  expect([...new Set(ROWS.map(({ variable }) => variable))].sort()).toEqual([...RUNBOOK].sort());
});

test.each(ROWS.map((row) => [row.variable, row] as const))('%s is an input of each lane that its row names, or says what to do instead', (_, { way, input, lanes, sentence }) => {
  if (input === '') {
    expect(sentence).not.toBe('');
    return;
  }
  expect(lanes.filter((lane) => inputsOfLane(lane)?.includes(input) === false)).toEqual([]);
  expect(lanes.some((lane) => inputsOfLane(lane) !== null) || lanes.includes('fast-deploy-production')).toBe(true);
  expect(['true', 'false', 'configured', '']).toContain(way);
});

test('a lane that takes the input of a variable is named in its row', () => {
  const lanes = ['deploy-staging', 'deploy-production', 'deploy-storefront', 'fast-deploy-production'];
  // Named after one lane: for the other it is asked for by its input.
  const meant = ROWS.filter(({ input, variable }) => input !== '' && variable !== 'FAST_DEPLOY_PRODUCTION_ALLOW_NON_MAIN');
  expect(meant.flatMap((row) => lanes.filter((lane) => inputsOfLane(lane)?.includes(row.input) === true && !row.lanes.includes(lane)).map((lane) => `${row.variable}: ${lane}`))).toEqual([]);
});

test('the configuration is one that the actions take, and the hidden lane has no app, no Machine and no database of its own', async () => {
  const { environments } = await loadConfig(join(EXAMPLE, '.github/deploy.config.yml'));
  expect(Object.keys(environments)).toEqual(['production', 'staging', 'prod-preview']);
  const [production, staging, preview] = Object.values(environments).map(({ surfaces }) => surfaces);
  expect(Object.keys(preview ?? {})).toEqual(['dashboard', 'storefront']);
  expect(staging?.vendure?.app).toBe(`${production?.vendure?.app ?? ''}-staging`);
  for (const surface of ['dashboard', 'storefront'] as const) {
    expect(preview?.[surface]?.worker).toBe(`${production?.[surface]?.worker ?? ''}-prod-preview`);
    expect(preview?.[surface]?.route?.pattern).toBe(`${new URL(preview?.[surface]?.['public-url'] ?? '').hostname}/*`);
  }
});
