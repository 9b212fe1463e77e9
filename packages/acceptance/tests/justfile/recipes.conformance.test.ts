import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadConfig } from '@vendure-deploy/shared/config';
import { inputsOfLane } from '../stage/lanes.ts';
import { openRecipes, type Recipes, SHOP } from './stage.ts';

jest.setTimeout(60_000);

const SHA = '0123456789abcdef0123456789abcdef01234567';
let recipes: Recipes;
beforeAll(async () => { recipes = await openRecipes(); });
afterAll(async () => { await recipes[Symbol.asyncDispose](); });

const CI = '-f vendure=true -f storefront=true -f dashboard=true -f allow_pending_migration=';

/** Variables, if any, `just`, and what follows; and the one command line that is run. */
test.each<[typed: string, runs: string]>([
  // The table at the head of the runbook, as it stands there.
  ['just deploy-all staging',                                     'deploy deploy-staging --ref develop'],
  ['just deploy-all production',                                  'deploy deploy-production --ref main'],
  ['just deploy-vendure-with-migration production',               'deploy deploy-production --ref main -f storefront=false -f allow_pending_migration=true'],
  ['just fast-deploy-production',                                 'deploy fast-deploy-production --ref main -f dashboard=true'],
  ['just cloudflare-deploy-storefront production',                'deploy deploy-storefront --ref main -f environment=production'],
  ['just manual-deploy-staging',                                  `gh workflow run deploy-staging.yml --ref develop ${CI}false`],
  ['just manual-deploy-production',                               `gh workflow run deploy-production.yml --ref main ${CI}false`],
  ['just wp-deploy-vps staging',                                  'deploy wp-deploy-vps --ref develop -f environment=staging -f action=deploy'],
  // Its other lines.
  ['just manual-deploy-staging develop true true true true',      `gh workflow run deploy-staging.yml --ref develop ${CI}true`],
  ['just fast-deploy-production "" registry.fly.io/shop:prod-abc', 'deploy fast-deploy-production --ref main -f image=registry.fly.io/shop:prod-abc -f dashboard=true'],
  ['just fast-deploy-production "" "" false',                     'deploy fast-deploy-production --ref main -f dashboard=false'],
  ['just cloudflare-deploy-storefront prod-preview',              'deploy deploy-prod-preview --ref main -f ref=develop -f action=open -f dashboard=false -f storefront=true'],
  ['DEPLOY_FLY_STRATEGY=canary just deploy-vendure-with-migration production', 'deploy deploy-production --ref main -f storefront=false -f allow_pending_migration=true -f strategy=canary'],
  ['deploy_storefront=false just deploy-all production',          'deploy deploy-production --ref main -f storefront=false'],
  ['just deploy_storefront=false deploy_dashboard=false deploy-all staging', 'deploy deploy-staging --ref develop -f dashboard=false -f storefront=false'],
  ['just manual-deploy-vendure staging',                          'deploy deploy-staging --ref develop -f storefront=false'],
  ['just fly-deploy-vendure',                                     'deploy deploy-staging --ref develop -f dashboard=false -f storefront=false'],
  ['just fly-deploy-vendure production',                          'deploy deploy-production --ref main -f dashboard=false -f storefront=false'],
  ['just dashboard-deploy production',                            'deploy deploy-production --ref main -f vendure=false -f storefront=false'],
  ['just dashboard-deploy prod-preview',                          'deploy deploy-prod-preview --ref main -f ref=develop -f action=open -f dashboard=true -f storefront=false'],
  ['just wp-deploy-vps production v2.1 return',                   'deploy wp-deploy-vps --ref main -f ref=v2.1 -f environment=production -f action=return'],
  ['just cloudflare-maintenance-kv-create staging',               'deploy setup-cloudflare --ref develop -f environment=staging'],
  ['just cloudflare-r2-cache-bucket-create prod-preview',         'deploy setup-cloudflare --ref main -f environment=prod-preview'],
  ['just post-deploy-check production',                           'deploy verify --ref main -f environment=production'],
  ['just prod-preview-open',                                      'gh workflow run deploy-prod-preview.yml --ref main -f ref=develop -f action=open -f storefront=true -f dashboard=true'],
  ['just prod-preview-smoke',                                     'gh workflow run deploy-prod-preview.yml --ref main -f action=smoke'],
  ['just prod-preview-close',                                     'gh workflow run deploy-prod-preview.yml --ref main -f action=close'],
  // A ref of one's own. A workflow file is taken from a branch, and what has production's secrets from main: a commit, and there every ref, is the input.
  ['just manual-deploy-production develop',                       `gh workflow run deploy-production.yml --ref main -f ref=develop ${CI}false`],
  ['just prod-preview-open release/7 true false',                 'gh workflow run deploy-prod-preview.yml --ref main -f ref=release/7 -f action=open -f storefront=true -f dashboard=false'],
  ['just deploy-all staging feature/tea',                         'deploy deploy-staging --ref feature/tea'],
  [`just deploy-all production ${SHA}`,                           `deploy deploy-production --ref main -f ref=${SHA}`],
  [`just manual-deploy-staging ${SHA} true false`,                `gh workflow run deploy-staging.yml --ref develop -f ref=${SHA} -f vendure=true -f storefront=false -f dashboard=true -f allow_pending_migration=false`],
  // The variables.
  ['MANUAL_DEPLOY_SLA_SECONDS=240 FAST_DEPLOY_PRODUCTION_ALLOW_NON_MAIN=true DEPLOY_REQUIRE_PREBUILT_IMAGE=true just fast-deploy-production develop', 'deploy fast-deploy-production --ref main -f ref=develop -f dashboard=true -f sla_seconds=240 -f allow_non_main=true'],
  ['DEPLOY_DASHBOARD_BLOCKING=false PRE_DEPLOY_SKIP_AUTH_CHECK=true just deploy-all staging', 'deploy deploy-staging --ref develop -f dashboard_blocking=false -f skip_auth_check=true'],
  ['PRE_DEPLOY_SKIP_MIGRATION_SCAN=true PRE_DEPLOY_MIGRATION_SCAN_STRICT=false just manual-deploy-production', `gh workflow run deploy-production.yml --ref main ${CI}false -f skip_migration_scan=true -f migration_scan_strict=false`],
  ['PRE_DEPLOY_SKIP_MACHINE_SETTLE=true BACKUP_POSTGRES_PRODUCTION_SKIP=true just deploy-all production', 'deploy deploy-production --ref main -f skip_machine_settle=true -f skip_backup=true'],
  ['CONFIRM=production just deploy-all production',               'deploy deploy-production --ref main --confirm production'],
  // Asked for is what happens anyway: nothing is said of it.
  ['BUILD_PUSH_RETRIES=2 PRE_DEPLOY_SKIP_LOCK=false DEPLOY_REQUIRE_PREBUILT_IMAGE=false DEPLOY_FLY_STRATEGY=configured just cloudflare-deploy-storefront staging', 'deploy deploy-storefront --ref develop -f environment=staging'],
  // No shell reads a value.
  ["just deploy-all staging 'a b;$(id)'",                         "deploy deploy-staging --ref 'a b;$(id)'"],
])('%s', async (typed, runs) => {
  expect(await inShop(typed)).toMatchObject({ calls: [runs], exitCode: 0 });
  expect(unknownInputs(runs)).toEqual([]);
});

test.each<[typed: string, runs: string]>([
  ['just env-status production',                       'status production'],
  ['just storefront-shadow-probe prod-preview',        'status prod-preview --only storefront/shadow'],
  ['just storefront-business-canary prod-preview',     'status prod-preview --only canary'],
])('%s', async (typed, runs) => {
  const { calls, exitCode } = await inShop(typed);
  expect({ calls: calls.map((call) => call.replace(/ --config \S+\/\.github\/deploy\.config\.yml/u, '')), exitCode }).toEqual({ calls: [runs], exitCode: 0 });
});

test.each<[typed: string, sentence: string]>([
  ['just manual-deploy-staging ref=develop',           'manual-deploy-staging: "ref=develop" has a name before its value. Values are given by their place (ref vendure storefront dashboard allow_pending_migration). Type:  just manual-deploy-staging develop'],
  ['just manual-deploy-staging develop dashboard=false', '"dashboard=false" has a name before its value. Values are given by their place (ref vendure storefront dashboard allow_pending_migration). Type:  just manual-deploy-staging develop true true false'],
  ['just fast-deploy-production dashboard=false',      'Type:  just fast-deploy-production "" "" false'],
  ['just deploy-all staging deploy_storefront=false',  'Type:  deploy_storefront=false just deploy-all staging'],
  ['just deploy-all env=staging',                      'Type:  just deploy-all staging'],
  ['just deploy-all prod',                             'deploy-all: env is "prod". Allowed: staging, production. Type:  just deploy-all staging'],
  ['just manual-deploy-staging develop yes',           'manual-deploy-staging: vendure is "yes". Allowed: true, false.'],
  ['DEPLOY_FLY_STRATEGY=canary just cloudflare-deploy-storefront staging', 'cloudflare-deploy-storefront: DEPLOY_FLY_STRATEGY is "canary". The lane deploy-storefront has no input for it. Leave it away:  env -u DEPLOY_FLY_STRATEGY just cloudflare-deploy-storefront …'],
  ['PRE_DEPLOY_SKIP_LOCK=true just deploy-all staging', 'deploy-all: PRE_DEPLOY_SKIP_LOCK is "true". The lock is what keeps two deploys apart'],
  ['DEPLOY_REQUIRE_PREBUILT_IMAGE=false just fast-deploy-production', 'The fast lane never builds. To build, type:  just deploy-vendure-with-migration production'],
  ['DEPLOY_REQUIRE_PREBUILT_IMAGE=true just deploy-all production', 'The one that never does, type:  just fast-deploy-production'],
  ['BUILD_PUSH_RETRIES=5 just deploy-all staging',     'deploy-all: BUILD_PUSH_RETRIES is "5". A push is tried again twice'],
  ['PRE_DEPLOY_SKIP_AUTH_CHECK=yes just deploy-all staging', 'PRE_DEPLOY_SKIP_AUTH_CHECK is "yes". Allowed: true, false.'],
  ['deploy_storefront=true just manual-deploy-vendure staging', 'deploy_storefront is "true", and this recipe runs with storefront=false.'],
  ['SUITE=/nowhere just deploy-all staging',           'deploy-all: there is no suite in /nowhere.'],
  ['just fly-secrets-set production HARDEN=true',      'the value does not belong into the command'],
  ['just fly-secrets-set production 2FA',              '"2FA" is no name of a secret'],
  ['just fly-secrets-set preview NAME',                'env is "preview". Allowed: staging, production.'],
  ['just fly-secrets-set production NAME',             'the value of NAME is empty'],
])('%s is one sentence, and nothing is run', async (typed, sentence) => {
  const { calls, exitCode, said } = await inShop(typed);
  expect(said).toContain(sentence);
  expect({ calls, exitCode }).toEqual({ calls: [], exitCode: 2 });
});

test('what serves cannot be read: no secret is shipped, and no commit in its place', async () => {
  const { calls, exitCode, said } = await inShop('http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 just sync-fly-secrets staging');
  expect(said).toContain('serving-sha: which commit staging serves could not be read');
  expect({ calls, exitCode }).toEqual({ calls: [], exitCode: 1 });
});

test.each(["plain", 'a#b', '"quoted"', `it's`, 'a"b#c', '""', '"', ' led', '$(id) `id` \\n'])('the value %j is staged by standard input alone, and flyctl is given it as it stands', async (value) => {
  const { parseSecrets } = await import('../../../twin/src/fly/flyctl/secrets/parse.ts');
  const { calls, input, said, exitCode } = await recipes.just(['fly-secrets-set', 'production', 'NAME'], { input: `${value}\n`, environment: { FLY_API_TOKEN: 'token' } });
  expect({ calls, exitCode }).toEqual({ calls: [`flyctl secrets import --stage --app ${await productionApp()}`], exitCode: 0 });
  expect(parseSecrets(input)).toEqual({ NAME: value });
  if (value.length > 4) expect(said).not.toContain(value);
});

test('the recipes and their parameters are the runbook\'s', async () => {
  const { said } = await recipes.just(['--dump', '--dump-format', 'json']);
  const { recipes: dumped } = JSON.parse(said) as { recipes: Record<string, { private: boolean; parameters: { name: string }[] }> };
  const named = Object.entries(dumped).flatMap(([name, recipe]) => (recipe.private ? [] : [`${name} ${recipe.parameters.map((one) => one.name).join(' ')}`]));
  expect(named.sort()).toEqual([
    'cloudflare-deploy-storefront env ref', 'cloudflare-maintenance-kv-create env', 'cloudflare-r2-cache-bucket-create env', 'dashboard-deploy env ref', 'deploy-all env ref', 'deploy-vendure-with-migration env ref', 'env-status env',
    'fast-deploy-production ref image dashboard', 'fly-deploy-vendure env ref', 'fly-secrets-set env name', 'manual-deploy-production ref vendure storefront dashboard allow_pending_migration',
    'manual-deploy-staging ref vendure storefront dashboard allow_pending_migration', 'manual-deploy-vendure env ref', 'post-deploy-check env', 'prod-preview-close ', 'prod-preview-open ref storefront dashboard', 'prod-preview-smoke ',
    'storefront-business-canary env', 'storefront-shadow-probe env', 'sync-fly-redis-password env', 'sync-fly-secrets env', 'wp-deploy-vps env ref action',
  ]);
});

async function productionApp(): Promise<string> {
  const { environments } = await loadConfig(join(SHOP, '.github/deploy.config.yml'));
  return environments['production']?.surfaces.vendure?.app ?? '';
}

/** What the lane, if the suite has it yet, would refuse. */
function unknownInputs(call: string): string[] {
  const [, lane = ''] = /^(?:deploy|gh workflow run) ([a-z-]+)/u.exec(call) ?? [];
  const inputs = inputsOfLane(lane);
  return [...call.matchAll(/ -f (\w+)=/gu)].flatMap(([, name = '']) => (inputs === null || inputs.includes(name) ? [] : [`${lane}: ${name}`]));
}

/** One line as it is typed: variables before `just`, words after it, with quotes. */
function inShop(line: string): ReturnType<Recipes['just']> {
  const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].map(([, double, single, plain]) => double ?? single ?? plain ?? '');
  const at = words.indexOf('just');
  const environment = Object.fromEntries(words.slice(0, at).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  return recipes.just(words.slice(at + 1), { environment });
}
