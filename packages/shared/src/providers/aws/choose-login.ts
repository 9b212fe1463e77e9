import type { RunContext } from '../../action/definition.ts';
import type { Secret } from '../../secrets/index.ts';
import type { AwsLogin } from './login.ts';

/** The audience that AWS's documentation and its own action ask for. */
const AUDIENCE = 'sts.amazonaws.com';

export interface LoginChoice {
  /** The configuration's `secrets.role`. */
  readonly role: string | undefined;
  /** The input `aws-profile`; '' when nobody names one. */
  readonly profile: string;
  readonly run: Pick<RunContext, 'runId' | 'runAttempt'>;
  idToken(audience: string): Promise<Secret | null>;
}

/** A profile that is named wins; then the job's own identity; then whatever profile the machine has. */
export async function chooseAwsLogin({ role, profile, run, idToken }: LoginChoice): Promise<AwsLogin> {
  if (profile !== '') return { kind: 'profile', name: profile };
  const token = role === undefined ? null : await idToken(AUDIENCE);
  if (role !== undefined && token !== null) return { kind: 'oidc', role, token, session: `gh-${run.runId}-${run.runAttempt}` };
  return { kind: 'profile', name: process.env['AWS_PROFILE'] ?? 'default' };
}

/** What to do about a login that AWS did not take. */
export function awsLoginAdvice(login: AwsLogin): string {
  if (login.kind !== 'profile') return 'Correct it in AWS, then run this again.';
  return `On a laptop:  aws sso login --profile ${login.name} , or name another one as \`aws-profile\`. In a job: give it \`permissions: id-token: write\`, and a \`role\` in the configuration.`;
}
