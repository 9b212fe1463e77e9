import { z } from 'zod';
import type { Secret } from '../../secrets/index.ts';
import { ProviderError } from '../error.ts';
import { claimsOf } from './claims.ts';
import { refusal } from './refusal.ts';
import type { ClientSettings } from './settings.ts';

/** Who reads: the job, by GitHub's word for it and a role; or whoever a profile of `~/.aws` says. */
export type AwsLogin =
  | { readonly kind: 'oidc'; readonly role: string; readonly token: Secret; readonly session: string }
  | { readonly kind: 'profile'; readonly name: string };

/** As AWS's clients take them; made anew for each, so that no file and no metadata service is asked. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Login {
  readonly login: AwsLogin;
  readonly settings: ClientSettings;
  readonly hide: (value: string) => Secret;
  readonly signal: AbortSignal;
}

/** The shortest session that AWS gives. */
const SESSION_SECONDS = 900;

const given = z.object({ Credentials: z.object({ AccessKeyId: z.string().min(16), SecretAccessKey: z.string().min(1), SessionToken: z.string().min(1) }) });
const own = z.object({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1), sessionToken: z.string().optional() });

/** @throws {ProviderError} with what to do about it */
export async function logIn({ login, settings, hide, signal }: Login): Promise<Credentials> {
  const credentials = login.kind === 'oidc' ? await byToken(login, settings, signal) : await byProfile(login, settings);
  for (const value of [credentials.secretAccessKey, credentials.sessionToken ?? '']) hide(value);
  return credentials;
}

async function byToken({ role, token, session }: Extract<AwsLogin, { kind: 'oidc' }>, settings: ClientSettings, signal: AbortSignal): Promise<Credentials> {
  const { AssumeRoleWithWebIdentityCommand, STSClient } = await import('./sdk.ts');
  const sts = new STSClient({ ...settings, credentials: NOBODY });
  const asked = new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: session, WebIdentityToken: token.reveal(), DurationSeconds: SESSION_SECONDS });
  const answer: unknown = await sts.send(asked, { abortSignal: signal }).catch((thrown: unknown) => {
    throw withClaims(refusal(`AWS STS did not let this job take the role ${role}`, thrown), token);
  });
  const parsed = given.safeParse(answer);
  if (!parsed.success) throw new ProviderError('unexpected-answer', `AWS STS answered for the role ${role} without credentials`);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = parsed.data.Credentials;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** The call is not signed; given none, the client would look for credentials all over the machine first. */
const NOBODY: Credentials = { accessKeyId: 'unsigned', secretAccessKey: 'unsigned' };

async function byProfile({ name }: Extract<AwsLogin, { kind: 'profile' }>, settings: ClientSettings): Promise<Credentials> {
  const { fromIni } = await import('./sdk.ts');
  const found: unknown = await fromIni({ profile: name, clientConfig: settings })().catch((thrown: unknown) => {
    throw refusal(`The AWS profile "${name}" gives no credentials`, thrown);
  });
  const parsed = own.safeParse(found);
  if (!parsed.success) throw new ProviderError('unexpected-answer', `The AWS profile "${name}" gives no credentials`);
  const { accessKeyId, secretAccessKey, sessionToken } = parsed.data;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** AWS says only "Not authorized": what its trust policy compares stands in the token, so it is told beside it; the token itself never is. */
function withClaims(error: Error, token: Secret): Error {
  if (!(error instanceof ProviderError) || error.code !== 'forbidden') return error;
  const { sub, aud, job_workflow_ref: workflow } = claimsOf(token);
  return new ProviderError(
    error.code,
    `${error.message}. The token says: sub "${sub}", aud "${aud}", job_workflow_ref "${workflow}". The role's trust policy must allow just these, and the account must have the identity provider token.actions.githubusercontent.com:  "StringEquals": {"token.actions.githubusercontent.com:sub": "${sub}", "token.actions.githubusercontent.com:aud": "${aud}"}`,
  );
}
