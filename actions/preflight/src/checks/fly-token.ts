import { type FlyClient, flyTokenExpiry, type Machine, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { Finding } from '../check.ts';
import { expiryOf } from './expiry.ts';

/** What was read with a token, or why not. */
type Read<T> = { readonly kind: 'read'; readonly value: T } | { readonly kind: 'unread'; readonly error: ProviderError };

/** What Fly says of a token and what it lets it see; nothing is written. */
export interface FlyReading {
  readonly app: string;
  /** Where the token is given, and under which name it is kept. */
  readonly input: 'fly-api-token' | 'redis-fly-api-token';
  /** The apps of the organization that it reaches. */
  readonly reach: Read<readonly string[]>;
  readonly machines: Read<unknown>;
  readonly secrets: Read<unknown>;
  /** `<uuid>@tokens.fly.io` for a token that was made for an app or an organization, a person's address for a person's. */
  readonly owner: Read<string>;
  /** Milliseconds since 1970. */
  readonly endsAt: number | null;
  readonly now: number;
}

export interface FlyQuestion extends Pick<FlyReading, 'app' | 'input' | 'now'> {
  readonly fly: FlyClient;
  readonly token: Secret;
  /** As another check reads them as well: Fly takes one list a second. */
  readonly machines: () => Promise<readonly Machine[]>;
  readonly whereLooked: (input: string) => string;
}

export async function flyToken({ fly, token, machines, whereLooked, ...asked }: FlyQuestion): Promise<Finding> {
  if (token.isEmpty) return { status: 'failed', evidence: whereLooked(asked.input), next: create(asked) };
  const [reach, listed, secrets, owner, endsAt] = await Promise.all([orWhy(fly.reach()), orWhy(machines()), orWhy(fly.secrets()), orWhy(fly.whoami()), flyTokenExpiry(token)]);
  return judgeFlyToken({ ...asked, reach, machines: listed, secrets, owner, endsAt });
}

/** Pure. A token that Fly did not judge is neither taken nor called wrong. */
export function judgeFlyToken(reading: FlyReading): Finding {
  const { app, reach } = reading;
  const expiry = expiryOf(reading.endsAt, reading.now);
  const data = { app, 'expires-at': expiry.at };
  if (reach.kind === 'unread') return { ...refusal(reading, reach.error), data };
  const missing = (['machines', 'secrets'] as const).filter((what) => denies(reading[what]));
  if (missing.length > 0) return { status: 'failed', evidence: `the token reads the app ${app}, but not its ${missing.join(' and ')}`, next: create(reading), data };
  const unread = (['machines', 'secrets'] as const).filter((what) => reading[what].kind === 'unread');
  const others = reach.value.filter((name) => name !== app);
  const person = reading.owner.kind === 'read' && !reading.owner.value.endsWith('@tokens.fly.io');
  const evidence = [
    `${person ? "a person's token" : 'a token'} that reads the app ${app}`,
    unread.length > 0 ? `; its ${unread.join(' and ')} could not be read` : ', its Machines and its secrets',
    others.length === 0 ? '' : `, and reaches ${others.length} more app${others.length === 1 ? '' : 's'} of the organization`,
    expiry.text,
  ].join('');
  const clean = unread.length === 0 && others.length === 0 && !person && !expiry.soon;
  return { status: clean ? 'ok' : 'warning', evidence, next: others.length > 0 || person || expiry.soon ? create(reading) : '', data };
}

function refusal(reading: FlyReading, error: ProviderError): Finding {
  const { app } = reading;
  switch (error.code) {
    case 'unauthorized': return { status: 'failed', evidence: `Fly answered 401 for the app ${app}: the token is wrong, was revoked or has expired${expiryOf(reading.endsAt, reading.now).text}`, next: create(reading) };
    case 'forbidden': return { status: 'failed', evidence: `Fly answered 403 for the app ${app}: the token may not read it`, next: create(reading) };
    case 'not-found': return { status: 'failed', evidence: `Fly knows no app ${app} for this token`, next: `Check \`app\` in the configuration. ${create(reading)}` };
    default: return { status: 'failed', evidence: `whether the token is good is not known: ${error.message}`, next: 'Run it again; https://status.flyio.net says whether Fly is unwell.' };
  }
}

function create({ app, input }: Pick<FlyReading, 'app' | 'input'>): string {
  return `Create one:  fly tokens create deploy -a ${app} --expiry 720h  and store it as the secret ${input === 'fly-api-token' ? 'FLY_API_TOKEN' : 'REDIS_FLY_API_TOKEN'}.`;
}

function denies(read: Read<unknown>): boolean {
  return read.kind === 'unread' && ['unauthorized', 'forbidden', 'not-found'].includes(read.error.code);
}

async function orWhy<T>(asked: Promise<T>): Promise<Read<T>> {
  try {
    return { kind: 'read', value: await asked };
  } catch (error) {
    return { kind: 'unread', error: error instanceof ProviderError ? error : new ProviderError('unavailable', error instanceof Error ? error.message : String(error)) };
  }
}
