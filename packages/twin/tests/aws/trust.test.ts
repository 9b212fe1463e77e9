import { expect, test } from '@jest/globals';
import { isTrusted, type TrustDocument, trustPolicy } from '../../src/aws/trust.ts';

const ACCOUNT = '111122223333';
const PROVIDER = 'token.actions.githubusercontent.com';
const CLAIMS = { iss: `https://${PROVIDER}`, sub: 'repo:example/shop:environment:staging', aud: 'sts.amazonaws.com', exp: 0, ref: 'refs/heads/main', event_name: 'workflow_dispatch' };

type Statement = TrustDocument['Statement'][number];
const statement = (change: Partial<Statement> = {}): Statement => ({ Effect: 'Allow', Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${PROVIDER}` }, Action: 'sts:AssumeRoleWithWebIdentity', ...change });
const when = (Condition: Statement['Condition']): Statement => statement({ Condition });

test.each<[string, Statement[], boolean]>([
  ['the same text', [when({ StringEquals: { [`${PROVIDER}:sub`]: CLAIMS.sub } })], true],
  ['one of several', [when({ StringEquals: { [`${PROVIDER}:sub`]: ['x', CLAIMS.sub] } })], true],
  ['other letters', [when({ StringEquals: { [`${PROVIDER}:sub`]: CLAIMS.sub.toUpperCase() } })], false],
  ['a star, which is text to StringEquals', [when({ StringEquals: { [`${PROVIDER}:sub`]: 'repo:example/shop:*' } })], false],
  ['a star for StringLike', [when({ StringLike: { [`${PROVIDER}:sub`]: 'repo:example/shop:*' } })], true],
  ['one character for a question mark', [when({ StringLike: { [`${PROVIDER}:ref`]: 'refs/heads/mai?' } })], true],
  ['two comparisons of which one fails', [when({ StringEquals: { [`${PROVIDER}:sub`]: CLAIMS.sub, [`${PROVIDER}:aud`]: 'x' } })], false],
  ['a claim that AWS does not compare', [when({ StringEquals: { [`${PROVIDER}:event_name`]: 'workflow_dispatch' } })], false],
  ['a claim that the token lacks', [when({ StringEquals: { [`${PROVIDER}:environment`]: 'staging' } })], false],
  ['a key in other letters', [when({ StringEquals: { [`${PROVIDER.toUpperCase()}:SUB`]: CLAIMS.sub } })], true],
  ["another's provider", [statement({ Principal: { Federated: `arn:aws:iam::999900001111:oidc-provider/${PROVIDER}` } })], false],
  ['another action', [statement({ Action: 'sts:AssumeRole' })], false],
  ['an allowance beside a denial', [statement(), statement({ Effect: 'Deny', Condition: { StringLike: { [`${PROVIDER}:ref`]: 'refs/heads/*' } } })], false],
  ['a denial of what is not so', [statement(), statement({ Effect: 'Deny', Condition: { StringNotEquals: { [`${PROVIDER}:ref`]: 'refs/heads/main' } } })], true],
])('%s', (_case, statements, isIn) => {
  expect(isTrusted(trustPolicy.parse({ Version: '2012-10-17', Statement: statements }), ACCOUNT, CLAIMS)).toBe(isIn);
});

test.each([
  ['a key that there is not', { Version: '2012-10-17', Statement: [{ ...statement(), Conditions: {} }] }],
  ['an operator that is not known here', { Version: '2012-10-17', Statement: [{ ...statement(), Condition: { StringMatches: {} } }] }],
  ['no statement', { Version: '2012-10-17', Statement: [] }],
])('%s is no policy', (_case, given) => {
  expect(trustPolicy.safeParse(given).success).toBe(false);
});
