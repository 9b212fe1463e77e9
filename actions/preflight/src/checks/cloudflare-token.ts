import type { WorkerSurface } from '@vendure-deploy/shared/config';
import { cloudflareClient, type CloudflareClientOptions, cloudflareLaneClient, cloudflareResourceClient, ProviderError, type TokenState, verifyCloudflareToken } from '@vendure-deploy/shared/providers/cloudflare';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Finding } from '../check.ts';
import { expiryOf } from './expiry.ts';

/** A permission as Cloudflare's dashboard names it, and what a read told of it. */
export interface Right {
  readonly permission: string;
  /** Of a deploy; `set-up`: only the one-time operation ensure-resources. */
  readonly needed: 'deploy' | 'set-up';
  /** null: it is there. */
  readonly error: ProviderError | null;
}

export interface CloudflareReading {
  readonly account: string;
  readonly token: { readonly kind: 'known'; readonly state: TokenState } | { readonly kind: 'unknown'; readonly error: ProviderError };
  /** Whether the text has the form of the one old key that opens everything: 37 hexadecimal digits. */
  readonly looksLikeGlobalKey: boolean;
  readonly rights: readonly Right[];
  readonly now: number;
}

export interface CloudflareQuestion {
  readonly options: Omit<CloudflareClientOptions, 'accountId'>;
  readonly token: Secret;
  readonly account: string;
  /** The Workers of that account that this deploy is about. */
  readonly workers: readonly WorkerSurface[];
  readonly now: number;
  readonly whereLooked: (input: string) => string;
}

export async function cloudflareToken({ options, token, account, workers, now, whereLooked }: CloudflareQuestion): Promise<Finding> {
  if (token.isEmpty) return { status: 'failed', evidence: whereLooked('cloudflare-api-token'), next: create(account) };
  const own = { ...options, accountId: account };
  const [verified, rights] = await Promise.all([
    verifyCloudflareToken(own).then((state) => ({ kind: 'known', state }) as const, (error: unknown) => ({ kind: 'unknown', error: providerError(error) }) as const),
    readRights(own, workers),
  ]);
  return judgeCloudflareToken({ account, token: verified, looksLikeGlobalKey: /^[0-9a-f]{37}$/.test(token.reveal()), rights, now });
}

/** Pure. That something can be read proves no right to change it: only what is missing is certain. */
export function judgeCloudflareToken({ account, token, looksLikeGlobalKey, rights, now }: CloudflareReading): Finding {
  if (token.kind === 'unknown') return refusal(account, token.error, looksLikeGlobalKey);
  const { kind, status, endsAt, beginsAt } = token.state;
  const expiry = expiryOf(endsAt, now);
  const whose = kind === 'user' ? "a user's token" : "the account's own token";
  const data = { account, kind, 'expires-at': expiry.at };
  if (status !== 'active') return { status: 'failed', evidence: `Cloudflare says that the token (${whose}) is ${status}`, next: create(account), data };
  if (beginsAt !== null && beginsAt > now) return { status: 'failed', evidence: `the token (${whose}) works only from ${new Date(beginsAt).toISOString()} on`, next: create(account), data };
  const missing = rights.filter(({ error }) => error !== null && ['unauthorized', 'forbidden', 'not-found'].includes(error.code));
  const ofDeploy = missing.filter(({ needed }) => needed === 'deploy');
  if (ofDeploy.length > 0) return { status: 'failed', evidence: `${whose} is active, but for the account ${account} it lacks ${names(ofDeploy)}, or it is another account's`, next: `Add ${names(ofDeploy)} to the token at ${DASHBOARD}, or correct \`account-id\` in the configuration.`, data };
  const unread = rights.filter((right) => right.error !== null && !missing.includes(right));
  const evidence = [
    `${whose} is active and reads ${rights.filter(({ error }) => error === null).map(({ permission }) => permission.replaceAll(/"|: (?:Edit|Read)/gu, '')).join(', ') || 'nothing yet'}`,
    missing.length === 0 ? '' : `; it lacks ${names(missing)}, which only the operation ensure-resources needs`,
    unread.length === 0 ? '' : `; not known, because Cloudflare did not say: ${names(unread)}`,
    expiry.text,
  ].join('');
  const clean = missing.length === 0 && unread.length === 0 && !expiry.soon;
  return { status: clean ? 'ok' : 'warning', evidence, next: expiry.soon ? create(account) : missing.length > 0 ? `Before that operation, add ${names(missing)} at ${DASHBOARD}.` : '', data };
}

const DASHBOARD = 'https://dash.cloudflare.com/profile/api-tokens';

/** All at the same time, each by the cheapest read that needs it. */
async function readRights(options: CloudflareClientOptions, workers: readonly WorkerSurface[]): Promise<readonly Right[]> {
  const client = cloudflareClient(options);
  const lane = cloudflareLaneClient(options);
  const resources = cloudflareResourceClient(options);
  const zones = new Set(workers.flatMap(({ route }) => (route === undefined ? [] : [route.zone])));
  const bucket = workers.flatMap((worker) => worker.resources?.r2 ?? [])[0];
  const asked: Promise<Right>[] = [
    right('"Workers Scripts: Edit"', 'deploy', Promise.all(workers.map(({ worker }) => client.liveDeployment(worker)))),
    ...[...zones].map((zone) => right(`"Zone: Read" and "Workers Routes: Edit" (zone ${zone})`, 'deploy', lane.zoneId(zone).then((id) => lane.routes(id)))),
    ...(workers.some(({ access }) => access !== undefined) ? [right('"Access: Apps and Policies: Read"', 'deploy', lane.accessApps())] : []),
    ...(workers.some((worker) => worker.resources?.kv !== undefined) ? [right('"Workers KV Storage: Edit"', 'set-up', resources.namespaces())] : []),
    ...(bucket === undefined ? [] : [right('"Workers R2 Storage: Edit"', 'set-up', resources.hasBucket(bucket))]),
  ];
  return Promise.all(asked);
}

async function right(permission: string, needed: Right['needed'], asked: Promise<unknown>): Promise<Right> {
  return asked.then(() => ({ permission, needed, error: null }), (error: unknown) => ({ permission, needed, error: providerError(error) }));
}

function refusal(account: string, error: ProviderError, looksLikeGlobalKey: boolean): Finding {
  if (looksLikeGlobalKey) return { status: 'failed', evidence: 'it has the form of a Global API Key, which is no token and opens everything', next: create(account) };
  switch (error.code) {
    case 'unauthorized': return { status: 'failed', evidence: "Cloudflare knows no such token, neither as a user's nor as the account's own", next: create(account) };
    case 'forbidden': return { status: 'failed', evidence: `Cloudflare does not take the token for the account ${account}: it is another account's`, next: `Correct \`account-id\` in the configuration, or: ${create(account)}` };
    default: return { status: 'failed', evidence: `whether the token is good is not known: ${error.message}`, next: 'Run it again; https://www.cloudflarestatus.com says whether Cloudflare is unwell.' };
  }
}

function create(account: string): string {
  return `Create a token with "Workers Scripts: Edit" for the account ${account} at ${DASHBOARD} and store it as the secret CLOUDFLARE_API_TOKEN.`;
}

function names(rights: readonly Right[]): string {
  return rights.map(({ permission }) => permission).join(', ');
}

function providerError(error: unknown): ProviderError {
  return error instanceof ProviderError ? error : new ProviderError('unavailable', error instanceof Error ? error.message : String(error));
}
