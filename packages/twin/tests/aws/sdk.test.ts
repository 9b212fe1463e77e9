import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BatchGetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { JOB, openStage, type Stage } from './stage.ts';

// AWS's own clients against the twin: what they send and take is what AWS's services do.

let on: Stage;
let role: string;
beforeEach(async () => {
  on = await openStage();
  role = on.aws.addRole({ name: 'deploy', subject: 'repo:example/shop:environment:*', secrets: ['shop/production'] });
});
afterEach(() => on.stop());

const assume = (token: string, change: Partial<ConstructorParameters<typeof AssumeRoleWithWebIdentityCommand>[0]> = {}): AssumeRoleWithWebIdentityCommand =>
  new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: 'gh-7-1', WebIdentityToken: token, DurationSeconds: 900, ...change });

async function login(): Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken: string }> {
  const { Credentials: given } = await on.sts().send(assume(await on.token()));
  return { accessKeyId: given?.AccessKeyId ?? '', secretAccessKey: given?.SecretAccessKey ?? '', sessionToken: given?.SessionToken ?? '' };
}

test('a job takes its role, is known by it, and reads what the role may', async () => {
  const version = on.aws.putSecret('shop/production', '{"URL":"postgres://"}');
  const credentials = await login();
  expect(await on.sts(credentials).send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: on.aws.account, Arn: `arn:aws:sts::${on.aws.account}:assumed-role/deploy/gh-7-1` });
  expect(await on.manager(credentials).get('shop/production')).toMatchObject({ Name: 'shop/production', VersionId: version, SecretString: '{"URL":"postgres://"}', VersionStages: ['AWSCURRENT'], CreatedDate: expect.any(Date) });
  expect(on.aws.reads()).toEqual([{ secret: 'shop/production', version, by: `arn:aws:sts::${on.aws.account}:assumed-role/deploy/gh-7-1` }]);
});

test('while a rotation is on, the current version is given, and the pending one to who asks for it', async () => {
  const [before] = [on.aws.putSecret('shop/production', 'now'), on.aws.putSecret('shop/production', 'soon', 'AWSPENDING')];
  const manager = on.manager(await login());
  expect(await manager.get('shop/production')).toMatchObject({ SecretString: 'now', VersionId: before });
  expect(await manager.get('shop/production', 'AWSPENDING')).toMatchObject({ SecretString: 'soon', VersionStages: ['AWSPENDING'] });
});

test('a batch is a 200 with the errors beside the values', async () => {
  on.aws.putSecret('shop/production', 'value');
  on.aws.putSecret('another', 'value');
  const { client } = on.manager(await login());
  const { SecretValues: values, Errors: errors } = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ['shop/production', 'another'] }));
  expect(values?.map(({ Name }) => Name)).toEqual(['shop/production']);
  expect(errors).toMatchObject([{ SecretId: 'another', ErrorCode: 'AccessDeniedException' }]);
});

test.each<[string, () => Promise<unknown>, string, number]>([
  ['a token for another audience', async () => on.sts().send(assume(await on.token('elsewhere'))), 'InvalidIdentityTokenException', 400],
  ['a token of another job', async () => on.sts().send(assume(await on.token('sts.amazonaws.com', { environment: null }))), 'AccessDenied', 403],
  ['a token that somebody changed', async () => on.sts().send(assume((await on.token()).replace(/\.(.)/u, (_, first: string) => `.${first === 'A' ? 'B' : 'A'}`))), 'InvalidIdentityTokenException', 400],
  ['no token', async () => on.sts().send(assume('a.b.c')), 'InvalidIdentityTokenException', 400],
  ['a role that is not there', async () => on.sts().send(assume(await on.token(), { RoleArn: `${role}x` })), 'AccessDenied', 403],
  ['a session that is too short', async () => on.sts().send(assume(await on.token(), { DurationSeconds: 60 })), 'ValidationError', 400],
  ['a name that no session may have', async () => on.sts().send(assume(await on.token(), { RoleSessionName: 'a b' })), 'ValidationError', 400],
  ['keys that nobody has', async () => on.manager({ accessKeyId: 'AKIAXXXXXXXXXXXXXXXX', secretAccessKey: 'x' }).get('shop/production'), 'UnrecognizedClientException', 400],
  ['keys that nobody has, at STS', async () => on.sts({ accessKeyId: 'AKIAXXXXXXXXXXXXXXXX', secretAccessKey: 'x' }).send(new GetCallerIdentityCommand({})), 'InvalidClientTokenId', 403],
  ['a session without its token', async () => on.manager({ ...(await login()), sessionToken: 'x' }).get('shop/production'), 'UnrecognizedClientException', 400],
  ['a wrong secret key', async () => on.manager({ ...(await login()), secretAccessKey: 'x' }).get('shop/production'), 'InvalidSignatureException', 400],
  ['a secret that is not there', async () => on.manager(await login()).get('shop/production'), 'ResourceNotFoundException', 400],
  ['a secret that the role may not read', async () => on.manager(await login()).get('another'), 'AccessDeniedException', 400],
])('%s: refused as AWS does', async (_case, call, name, status) => {
  await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(on.aws.reads()).toEqual([]);
});

test('a token ends after five minutes, a session when it was said', async () => {
  const token = await on.token();
  const credentials = await login();
  on.pass(301_000);
  await expect(on.sts().send(assume(token))).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  on.pass(600_000);
  await expect(on.sts(credentials).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' });
});

test('a job without id-token: write is offered no token', () => {
  expect(on.issuer.environmentOf({ ...JOB, permissions: { contents: 'write' } })).toEqual({});
  expect(() => on.issuer.fetch(new Request(`https://x.example/7/idtoken`, { headers: { authorization: 'Bearer guessed' } }))).toThrow('Unauthorized');
});
