import { z } from 'zod';
import type { TokenClaims } from '../github/index.ts';

const ISSUER = 'token.actions.githubusercontent.com';
/** What AWS can compare of GitHub's tokens: `sub` and `aud` always, the others since January 2026. Any other key is in no token, as far as AWS is concerned. */
const KEYS = ['sub', 'aud', 'actor', 'actor_id', 'job_workflow_ref', 'repository', 'repository_id', 'workflow', 'ref', 'environment', 'enterprise_id'];

const values = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());
const comparison = z.record(z.string(), values);
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.strictObject({ Federated: values }),
  Action: values,
  Condition: z.strictObject({ StringEquals: comparison.optional(), StringLike: comparison.optional(), StringNotEquals: comparison.optional(), StringNotLike: comparison.optional() }).default({}),
});

/** What of IAM's language a role for GitHub's jobs needs; anything else is a mistake, which AWS would refuse, or silently never match. */
export const trustPolicy = z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statement).min(1) });

export type TrustPolicy = z.infer<typeof trustPolicy>;
/** As it is written down. */
export type TrustDocument = z.input<typeof trustPolicy>;

type Operator = 'StringEquals' | 'StringLike' | 'StringNotEquals' | 'StringNotLike';

/** Whether a job that shows these claims may take a role of that account: one statement allows it, and none denies it. */
export function isTrusted(policy: TrustPolicy, account: string, claims: TokenClaims): boolean {
  const matching = policy.Statement.filter(({ Principal: { Federated: providers }, Action: actions, Condition: condition }) =>
    providers.includes(`arn:aws:iam::${account}:oidc-provider/${ISSUER}`)
    && actions.some((action) => ['sts:assumerolewithwebidentity', 'sts:*', '*'].includes(action.toLowerCase()))
    && Object.entries(condition).every(([operator, keys]) => Object.entries(keys ?? {}).every(([key, wanted]) => holds(operator as Operator, claimOf(key, claims), wanted))));
  return matching.some(({ Effect: effect }) => effect === 'Allow') && !matching.some(({ Effect: effect }) => effect === 'Deny');
}

/** A key that is not there matches no positive comparison, and each negated one. */
function holds(operator: Operator, claim: string | undefined, wanted: readonly string[]): boolean {
  switch (operator) {
    case 'StringEquals': return claim !== undefined && wanted.includes(claim);
    case 'StringLike': return claim !== undefined && wanted.some((pattern) => isLike(claim, pattern));
    case 'StringNotEquals': return claim === undefined || !wanted.includes(claim);
    case 'StringNotLike': return claim === undefined || !wanted.some((pattern) => isLike(claim, pattern));
  }
}

/** Condition keys are compared without regard to case, their values with it. */
function claimOf(key: string, claims: TokenClaims): string | undefined {
  const name = KEYS.find((one) => `${ISSUER}:${one}` === key.toLowerCase());
  const claim = name === undefined ? undefined : claims[name];
  return typeof claim === 'string' ? claim : undefined;
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern.split(/([*?])/u).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part))).join('');
  return new RegExp(`^${source}$`, 'su').test(text);
}

/** Of a role that any job takes whose subject is like that. */
export function trustOf(account: string, subject: string): TrustDocument {
  return {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${ISSUER}` },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { [`${ISSUER}:aud`]: 'sts.amazonaws.com' }, StringLike: { [`${ISSUER}:sub`]: subject } },
    }],
  };
}
