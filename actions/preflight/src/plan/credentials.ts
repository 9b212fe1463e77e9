import { chooseAwsLogin } from '@vendure-deploy/shared/providers/aws';
import { flyClient } from '@vendure-deploy/shared/providers/fly';
import { githubTokenRights, ProviderError } from '@vendure-deploy/shared/providers/github';
import type { VendureSurface } from '@vendure-deploy/shared/config';
import type { Finding, LeftOut, Planned } from '../check.ts';
import { awsLogin } from '../checks/aws-login.ts';
import { cloudflareToken } from '../checks/cloudflare-token.ts';
import { flyToken } from '../checks/fly-token.ts';
import { judgeGithubRefusal, judgeGithubToken } from '../checks/github-token.ts';
import { judgeRegistryLogin } from '../checks/registry-login.ts';
import type { Facts } from '../facts.ts';
import type { Context, Subject } from '../subject.ts';

/** Every credential that a later phase brings out, while nothing depends on it yet. */
export function credentialChecks(context: Context, subject: Subject, facts: Facts): readonly Planned[] {
  const leftOut: LeftOut | null = context.inputs['skip-auth-check'] ? { by: 'switch', input: 'skip-auth-check' } : null;
  const check = (id: string, name: string, ask: () => Promise<Finding>): Planned => ({ id, name, reasonCode: 'not-ready', leftOut, ask });
  return [
    check('github-token', 'GitHub token', () => github(context, subject)),
    ...(subject.vendure === null ? [] : ofVendure(check, context, { ...subject, vendure: subject.vendure }, facts)),
    ...ofWorkers(check, context, subject),
    ...ofAws(check, context, subject),
  ];
}

type Make = (id: string, name: string, ask: () => Promise<Finding>) => Planned;

function ofVendure(check: Make, { inputs, http, signal, clock, whereLooked }: Context, { vendure }: { vendure: VendureSurface }, facts: Facts): Planned[] {
  const { app, 'image-repository': repository, redis } = vendure;
  const timeoutMs = inputs['probe-timeout-seconds'] * 1000;
  return [
    check('fly-token', 'Fly token', () => flyToken({ fly: facts.fly(), token: inputs['fly-api-token'], app, input: 'fly-api-token', machines: facts.machines, now: clock.now(), whereLooked })),
    ...(redis === undefined ? [] : [check('redis-fly-token', 'Fly token of Redis', () => {
      const token = inputs['redis-fly-api-token'];
      const fly = flyClient({ http, token, app: redis.app, deadlineMs: timeoutMs, signal });
      return flyToken({ fly, token, app: redis.app, input: 'redis-fly-api-token', machines: () => fly.machines(), now: clock.now(), whereLooked });
    })]),
    check('registry-login', 'registry login', async () => judgeRegistryLogin(await facts.registry().pushAccess(), { repository, app })),
  ];
}

/** Who the job is to AWS, once for each role: of the deploy's own secrets, and of the shop's. */
function ofAws(check: Make, { inputs, signal, hide, idToken, run }: Context, { place, vendure }: Subject): Planned[] {
  const shops = vendure?.secrets?.source === 'aws' ? [{ id: 'aws-login', key: 'secrets', source: vendure.secrets }] : [];
  const own = place.credentials === undefined ? [] : [{ id: shops.length === 0 ? 'aws-login' : 'aws-login-credentials', key: 'credentials', source: place.credentials }];
  const isSame = shops.some(({ source }) => own.some((other) => (['region', 'account', 'role'] as const).every((what) => source[what] === other.source[what])));
  return [...shops, ...(isSame ? [] : own)].map(({ id, key, source }) => check(id, shops.length + own.length > 1 && !isSame ? `AWS login of \`${key}\`` : 'AWS login', async () =>
    awsLogin({ source, key, login: await chooseAwsLogin({ role: source.role, profile: inputs['aws-profile'], run, idToken }), hide, signal, timeoutMs: inputs['probe-timeout-seconds'] * 1000 })));
}

/** One token; where its Workers lie in several accounts, it is asked about in each. */
function ofWorkers(check: Make, { inputs, http, signal, clock, whereLooked }: Context, { workers }: Subject): Planned[] {
  const accounts = [...new Set(workers.map((worker) => worker['account-id']))];
  const token = inputs['cloudflare-api-token'];
  return accounts.map((account) => check(accounts.length > 1 ? `cloudflare-token-${account}` : 'cloudflare-token', accounts.length > 1 ? `Cloudflare token, account ${account}` : 'Cloudflare token', () =>
    cloudflareToken({ options: { http, token, deadlineMs: inputs['probe-timeout-seconds'] * 1000, signal }, token, account, workers: workers.filter((worker) => worker['account-id'] === account), now: clock.now(), whereLooked })));
}

async function github({ inputs, http, signal, clock, run }: Context, { permissions }: Subject): Promise<Finding> {
  try {
    const rights = await githubTokenRights({ http, token: inputs['github-token'], apiUrl: run.apiUrl, serverUrl: run.serverUrl, repository: run.repository, deadlineMs: inputs['probe-timeout-seconds'] * 1000, signal });
    return judgeGithubToken(rights, permissions, clock.now());
  } catch (error) {
    if (error instanceof ProviderError) return judgeGithubRefusal(error);
    throw error;
  }
}
