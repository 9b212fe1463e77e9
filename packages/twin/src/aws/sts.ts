import type { TokenClaims } from '../github/index.ts';
import type { Keys } from './accounts.ts';
import { AwsRefusal } from './refusal.ts';
import { isTrusted, type TrustPolicy } from './trust.ts';

/** A role that GitHub's jobs may take. */
export interface Role {
  readonly arn: string;
  /** Who may take it. */
  readonly trust: TrustPolicy;
  readonly secrets: readonly string[];
}

interface Sts {
  readonly account: string;
  readonly keys: Keys;
  readonly roles: ReadonlyMap<string, Role>;
  /** What a token says that GitHub signed; null for any other. */
  readonly verify: (token: string) => TokenClaims | null;
  readonly now: () => number;
}

const AUDIENCE = 'sts.amazonaws.com';

/** AWS STS in its query protocol. @throws {AwsRefusal} */
export function answerSts(request: Request, body: string, sts: Sts): Response {
  const form = new URLSearchParams(body);
  switch (form.get('Action')) {
    case 'AssumeRoleWithWebIdentity': return assumeRole(form, sts);
    case 'GetCallerIdentity': {
      const { arn, accessKeyId } = sts.keys.signer(request, body, 'sts');
      return answer('GetCallerIdentity', { Arn: arn, UserId: accessKeyId, Account: sts.account });
    }
    default: throw new AwsRefusal('InvalidAction', 400, `Could not find operation ${form.get('Action') ?? ''} for version 2011-06-15`);
  }
}

/** Nobody signs this call: the token is what speaks for the job. */
function assumeRole(form: URLSearchParams, { account, keys, roles, verify, now }: Sts): Response {
  const [arn, session, seconds] = [form.get('RoleArn') ?? '', form.get('RoleSessionName') ?? '', Number(form.get('DurationSeconds') ?? 3600)];
  if (!/^[\w+=,.@-]{2,64}$/u.test(session)) throw new AwsRefusal('ValidationError', 400, "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint");
  if (!(seconds >= 900 && seconds <= 3600)) throw new AwsRefusal('ValidationError', 400, "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint");
  const claims = verify(form.get('WebIdentityToken') ?? '');
  if (claims === null) throw new AwsRefusal('InvalidIdentityToken', 400, "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements");
  if (claims.exp * 1000 < now()) throw new AwsRefusal('ExpiredTokenException', 400, `Token expired: current date/time ${Math.floor(now() / 1000)} must be before the expiration date/time ${claims.exp}`);
  if (claims.aud !== AUDIENCE) throw new AwsRefusal('InvalidIdentityToken', 400, 'Incorrect token audience');
  const role = roles.get(arn);
  // A role that is not there, and one that trusts somebody else: AWS says the same of both.
  if (role === undefined || !isTrusted(role.trust, account, claims)) throw new AwsRefusal('AccessDenied', 403, 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const issued = keys.issue({ arn: `arn:aws:sts::${account}:assumed-role/${name}/${session}`, secrets: role.secrets, session: { seconds } });
  return answer('AssumeRoleWithWebIdentity', {
    Credentials: { AccessKeyId: issued.accessKeyId, SecretAccessKey: issued.secretAccessKey, SessionToken: issued.sessionToken, Expiration: new Date(issued.endsAt).toISOString() },
    SubjectFromWebIdentityToken: claims.sub,
    AssumedRoleUser: { Arn: issued.arn, AssumedRoleId: `AROA:${session}` },
    Provider: 'arn:aws:iam::oidc-provider/token.actions.githubusercontent.com',
    Audience: claims.aud,
  });
}

interface Tree { readonly [name: string]: string | Tree }

function answer(action: string, result: Tree): Response {
  return xml(200, `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${elements(result)}</${action}Result><ResponseMetadata><RequestId>twin</RequestId></ResponseMetadata></${action}Response>`);
}

export function refuseSts({ code, status, message }: AwsRefusal): Response {
  return xml(status, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>twin</RequestId></ErrorResponse>`);
}

function elements(tree: Tree): string {
  return Object.entries(tree).map(([name, value]) => `<${name}>${typeof value === 'string' ? escaped(value) : elements(value)}</${name}>`).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function xml(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/xml', date: new Date().toUTCString() } });
}
