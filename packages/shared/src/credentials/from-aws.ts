import { UserError } from '../action/errors.ts';
import type { ActionContext } from '../action/definition.ts';
import { type AwsClient, awsClient, awsLoginAdvice, type AwsLogin, type AwsSecret, chooseAwsLogin, ProviderError } from '../providers/aws/index.ts';
import type { Secret } from '../secrets/index.ts';

/** As the configuration has it, for the deploy's own tokens and for the shop's secrets alike. */
export interface AwsSource {
  readonly region: string;
  readonly account: string;
  readonly role?: string | undefined;
  readonly map: Readonly<Record<string, string>>;
}

export interface AwsReading extends Pick<ActionContext<unknown>, 'run' | 'signal' | 'hide' | 'idToken' | 'log'> {
  readonly source: AwsSource;
  /** Which of the map: no other secret is read. */
  readonly names: readonly string[];
  /** The input `aws-profile`; '' where nobody names one. */
  readonly profile: string;
  /** The configuration's key, for messages: `secrets` or `credentials`. */
  readonly key: string;
}

export interface FromAws {
  readonly values: ReadonlyMap<string, Secret>;
  /** Which version of which secret they came from. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Logs in, compares the account, and only then reads the secrets that the map names. @throws {UserError} with what to do */
export async function fromAws(reading: AwsReading): Promise<FromAws> {
  const { source, names, profile, key, run, signal, hide, idToken } = reading;
  const login = await chooseAwsLogin({ role: source.role, profile, run, idToken });
  try {
    const aws = await awsClient({ region: source.region, login, hide, signal });
    await requireAccount(aws, reading);
    const references = names.map((name) => ({ name, ...referenceOf(source.map[name] ?? '') }));
    const ids = [...new Set(references.map(({ id }) => id))];
    const secrets = await aws.secretsOf(ids);
    const values = new Map(references.map((reference) => [reference.name, hide(valueOf(reference, secrets))]));
    return { values, versions: Object.fromEntries(ids.map((id) => [id, secrets.get(id)?.versionId ?? ''])) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw unavailable(`${error.message}. ${adviceFor(error, login, key)}`, error);
  }
}

async function requireAccount(aws: AwsClient, { source, key, log }: AwsReading): Promise<void> {
  const { account, arn } = await aws.identity();
  if (account !== source.account) throw unavailable(`AWS knows us as ${arn}, of the account ${account}; the configuration wants ${source.account}. No secret was read. Correct \`${key}.account\`, or the role or profile.`);
  log.info(`AWS knows us as ${arn}.`);
}

export interface Reference {
  readonly id: string;
  /** null: the whole text. */
  readonly key: string | null;
}

export function referenceOf(reference: string): Reference {
  const hash = reference.indexOf('#');
  return hash < 0 ? { id: reference, key: null } : { id: reference.slice(0, hash), key: reference.slice(hash + 1) };
}

/** @throws {UserError} naming the secret and its key, never what is in it */
export function valueOf({ name, id, key }: Reference & { readonly name: string }, secrets: ReadonlyMap<string, AwsSecret>): string {
  const text = secrets.get(id)?.text.reveal() ?? '';
  if (key === null) return text;
  const given = objectOf(text);
  if (given === null) throw unavailable(`the secret "${id}" is no JSON object, so that it has no key "${key}" for ${name}. Keep it as JSON, or map ${name} to "${id}" as a whole.`);
  if (!Object.hasOwn(given, key)) throw unavailable(`the secret "${id}" has no key "${key}" for ${name}. It has: ${Object.keys(given).join(', ') || 'none'}.`);
  const value = given[key];
  if (typeof value !== 'string') throw unavailable(`the key "${key}" of the secret "${id}", for ${name}, is no text. Put it in quotes.`);
  return value;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function adviceFor({ code }: ProviderError, login: AwsLogin, key: string): string {
  if (code === 'unavailable' || code === 'rate-limited') return 'Run it again.';
  if (login.kind === 'profile' && code === 'unauthorized') return awsLoginAdvice(login);
  if (code === 'not-found') return `Correct \`${key}.map\`, or make the secret.`;
  return 'Correct it in AWS, then run this again.';
}

function unavailable(sentence: string, cause?: unknown): UserError {
  return new UserError(`${sentence} Nothing was written.`, { reasonCode: 'secrets-unavailable', cause });
}
