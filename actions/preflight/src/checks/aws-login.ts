import { awsClient, type AwsIdentity, awsLoginAdvice, type AwsLogin, type AwsOptions, ProviderError } from '@vendure-deploy/shared/providers/aws';
import type { Finding } from '../check.ts';

export interface AwsQuestion extends Pick<AwsOptions, 'hide' | 'signal'> {
  readonly source: { readonly region: string; readonly account: string };
  /** The configuration's key of it: `secrets` or `credentials`. */
  readonly key: string;
  readonly login: AwsLogin;
  readonly timeoutMs: number;
}

/** STS GetCallerIdentity, which every identity may ask. No secret is read: whether they may be is known only once they are. */
export async function awsLogin({ source, key, login, hide, signal, timeoutMs }: AwsQuestion): Promise<Finding> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const client = await awsClient({ region: source.region, login, hide, signal: AbortSignal.any([signal, deadline]) });
    return judgeAwsIdentity(await client.identity(), source.account, key);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return judgeAwsRefusal(new ProviderError('unavailable', `AWS STS did not answer within ${timeoutMs / 1000} s`), login);
    if (error instanceof ProviderError) return judgeAwsRefusal(error, login);
    throw error;
  }
}

export function judgeAwsIdentity({ account, arn }: AwsIdentity, wanted: string, key: string): Finding {
  const data = { account, arn };
  if (account !== wanted) return { status: 'failed', evidence: `AWS knows us as ${arn}, of the account ${account}; the configuration wants ${wanted}`, next: `Correct \`${key}.account\`, or the role or profile.`, data };
  return { status: 'ok', evidence: `AWS knows us as ${arn}; whether it may read the wanted secrets shows when they are read`, next: '', data };
}

export function judgeAwsRefusal(error: ProviderError, login: AwsLogin): Finding {
  if (error.code === 'unavailable' || error.code === 'rate-limited') return { status: 'failed', evidence: `whether the login is good is not known: ${error.message}`, next: 'Run it again; https://health.aws.amazon.com says whether AWS is unwell.' };
  return { status: 'failed', evidence: error.message, next: awsLoginAdvice(login) };
}
