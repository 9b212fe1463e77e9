import type { TokenClaims } from '../github/index.ts';
import type { Provider } from '../provider.ts';
import { createKeys } from './accounts.ts';
import { AwsRefusal } from './refusal.ts';
import { createVaults, type Read, refuseManager } from './secrets-manager.ts';
import { answerSts, refuseSts, type Role } from './sts.ts';
import { type TrustDocument, trustOf, trustPolicy } from './trust.ts';

export interface AwsWorld {
  readonly provider: Provider;
  /** Twelve digits. */
  readonly account: string;
  /** A role for jobs of GitHub: who may take it says its trust policy, or only what the subject of their token is like. @returns its ARN. @throws for a policy that is none */
  addRole(role: { readonly name: string; readonly secrets: readonly string[] } & ({ readonly subject: string } | { readonly trust: TrustDocument })): string;
  /** A user with keys that do not end, as a laptop's profile holds them. */
  addUser(user: { readonly name: string; readonly secrets: readonly string[] }): { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A new version of the secret; AWSPENDING is one that a rotation is trying out. @returns its id */
  putSecret(name: string, value: string | Uint8Array, stage?: 'AWSCURRENT' | 'AWSPENDING'): string;
  /** The ground truth: which secret was given to whom. */
  reads(): readonly Read[];
}

interface AwsOptions {
  /** What a token says that the rehearsed GitHub signed; null for any other. */
  readonly verify: (token: string) => TokenClaims | null;
  readonly now?: () => number;
}

const HOST = /^(sts|secretsmanager)\.[a-z0-9-]+\.amazonaws\.com$/u;
const ACCOUNT = '111122223333';

/** STS and Secrets Manager of one account. Nothing here is a write: a deploy only reads. */
export function createAwsWorld({ verify, now = Date.now }: AwsOptions): AwsWorld {
  const keys = createKeys(now);
  const roles = new Map<string, Role>();
  const vaults = createVaults({ account: ACCOUNT, keys });
  return {
    account: ACCOUNT,
    provider: {
      name: 'aws',
      claims: (host) => HOST.test(host),
      isWrite: () => false,
      operation: (request, body) => (request.headers.get('x-amz-target') ?? '').split('.')[1] ?? new URLSearchParams(body).get('Action') ?? '',
      fetch,
      stop: () => Promise.resolve(),
    },
    addRole({ name, secrets, ...who }) {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${name}`;
      roles.set(arn, { arn, trust: trustPolicy.parse('trust' in who ? who.trust : trustOf(ACCOUNT, who.subject)), secrets });
      return arn;
    },
    addUser: ({ name, secrets }) => {
      const { accessKeyId, secretAccessKey } = keys.issue({ arn: `arn:aws:iam::${ACCOUNT}:user/${name}`, secrets, session: null });
      return { accessKeyId, secretAccessKey };
    },
    putSecret: (name, value, stage = 'AWSCURRENT') => vaults.put(name, value, stage),
    reads: () => vaults.reads,
  };

  async function fetch(request: Request): Promise<Response> {
    const isSts = new URL(request.url).hostname.startsWith('sts.');
    const body = await request.text();
    try {
      return isSts ? answerSts(request, body, { account: ACCOUNT, keys, roles, verify, now }) : vaults.answer(request, body);
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      return isSts ? refuseSts(error) : refuseManager(error);
    }
  }
}
