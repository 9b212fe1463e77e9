import { z } from 'zod';
import type { Secret } from '../../secrets/index.ts';
import { ProviderError } from '../error.ts';
import { type AwsLogin, logIn } from './login.ts';
import { refusal } from './refusal.ts';
import { clientSettings } from './settings.ts';

export interface AwsClient {
  /** As whom AWS sees us. @throws {ProviderError} */
  identity(): Promise<AwsIdentity>;
  /**
   * The current version of each secret, one call each, side by side: a batch would need one more permission, and says 200 to a half.
   * @throws {ProviderError} `not-found`, `forbidden` (with AWS's words, which name the action and the secret), `unavailable` after three tries
   * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
   */
  secretsOf(ids: readonly string[]): Promise<ReadonlyMap<string, AwsSecret>>;
}

export interface AwsIdentity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

export interface AwsSecret {
  readonly versionId: string;
  readonly text: Secret;
}

export interface AwsOptions {
  readonly region: string;
  readonly login: AwsLogin;
  readonly hide: (value: string) => Secret;
  readonly signal: AbortSignal;
}

// An empty 200 is a success to AWS's clients: every field is looked at.
const identityAnswer = z.object({ Account: z.string().regex(/^\d{12}$/), Arn: z.string().startsWith('arn:') });
const secretAnswer = z.object({ VersionId: z.string().min(1), VersionStages: z.array(z.string()), SecretString: z.string().optional() });

/** Logs in. @throws {ProviderError} with what to do */
export async function awsClient({ region, login, hide, signal }: AwsOptions): Promise<AwsClient> {
  const settings = clientSettings(region);
  const credentials = await logIn({ login, settings, hide, signal });
  const { GetCallerIdentityCommand, GetSecretValueCommand, SecretsManagerClient, STSClient } = await import('./sdk.ts');
  const sts = new STSClient({ ...settings, credentials });
  const manager = new SecretsManagerClient({ ...settings, credentials });
  return {
    async identity() {
      const answer: unknown = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal }).catch((thrown: unknown) => {
        throw refusal('AWS STS did not say who we are', thrown);
      });
      const parsed = identityAnswer.safeParse(answer);
      if (!parsed.success) throw new ProviderError('unexpected-answer', 'AWS STS did not say who we are: its answer names no account');
      return { account: parsed.data.Account, arn: parsed.data.Arn };
    },
    async secretsOf(ids) {
      return new Map(await Promise.all(ids.map(async (id) => [id, await secretOf(id)] as const)));
    },
  };

  async function secretOf(id: string): Promise<AwsSecret> {
    const answer: unknown = await manager.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal: signal }).catch((thrown: unknown) => {
      throw refusal(`AWS did not give the secret "${id}"`, thrown);
    });
    const parsed = secretAnswer.safeParse(answer);
    if (!parsed.success) throw new ProviderError('unexpected-answer', `AWS answered for the secret "${id}" without its value or its version`);
    const { VersionId: versionId, VersionStages: stages, SecretString: text } = parsed.data;
    // A version that a rotation is still trying out is never deployed.
    if (!stages.includes('AWSCURRENT')) throw new ProviderError('unexpected-answer', `AWS gave a version of the secret "${id}" that is not the current one (${stages.join(', ')})`);
    if (text === undefined) throw new ProviderError('unexpected-answer', `the secret "${id}" is binary, and an environment variable is text. Keep it as a text, in base64 if need be`);
    return { versionId, text: hide(text) };
  }
}
