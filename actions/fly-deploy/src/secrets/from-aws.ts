import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import type { SecretsSource } from '@vendure-deploy/shared/config';
import { type AwsClient, awsClient, awsLoginAdvice, type AwsLogin, type AwsSecret, chooseAwsLogin, ProviderError } from '@vendure-deploy/shared/providers/aws';
import type { inputs as declared } from '../io.ts';
import type { Wanted } from './wanted.ts';

type AwsSource = Extract<SecretsSource, { source: 'aws' }>;
type Context = Pick<ActionContext<typeof declared>, 'inputs' | 'run' | 'signal' | 'hide' | 'idToken' | 'log'>;

/** Logs in, compares the account, and only then reads the secrets that the map names. @throws {UserError} with what to do */
export async function fromAws(source: AwsSource, context: Context): Promise<Wanted> {
  const login = await chooseAwsLogin({ role: source.role, profile: context.inputs['aws-profile'], run: context.run, idToken: context.idToken });
  try {
    const aws = await awsClient({ region: source.region, login, hide: context.hide, signal: context.signal });
    await requireAccount(aws, source, context);
    const references = Object.entries(source.map).map(([name, reference]) => ({ name, ...referenceOf(reference) }));
    const ids = [...new Set(references.map(({ id }) => id))];
    const secrets = await aws.secretsOf(ids);
    const values = new Map(references.map((reference) => [reference.name, context.hide(valueOf(reference, secrets))]));
    return { values, versions: Object.fromEntries(ids.map((id) => [id, secrets.get(id)?.versionId ?? ''])) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw unavailable(`${error.message}. ${adviceFor(error, login)}`, error);
  }
}

async function requireAccount(aws: AwsClient, source: AwsSource, { log }: Context): Promise<void> {
  const { account, arn } = await aws.identity();
  if (account !== source.account) throw unavailable(`AWS knows us as ${arn}, of the account ${account}; the configuration wants ${source.account}. No secret was read. Correct \`secrets.account\`, or the role or profile.`);
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

function adviceFor({ code }: ProviderError, login: AwsLogin): string {
  if (code === 'unavailable' || code === 'rate-limited') return 'Run it again.';
  if (login.kind === 'profile' && code === 'unauthorized') return awsLoginAdvice(login);
  if (code === 'not-found') return 'Correct `secrets.map`, or make the secret.';
  return 'Correct it in AWS, then run this again.';
}

function unavailable(sentence: string, cause?: unknown): UserError {
  return new UserError(`fly-deploy: ${sentence} Nothing was written.`, { reasonCode: 'secrets-unavailable', cause });
}

