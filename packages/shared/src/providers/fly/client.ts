import { z } from 'zod';
import type { HttpClient, HttpResult } from '../../net/index.ts';
import type { Secret } from '../../secrets/index.ts';
import { codeOfStatus, ProviderError } from '../error.ts';
import { type Machine, machineList } from './machine.ts';
import { type FlyRelease, type FlySecret, releaseList, secretList } from './secret.ts';

export interface FlyClient {
  /**
   * All Machines of the app, release-command and console Machines left out.
   * @param read a signal of its own, for a read that is to survive a cancel
   * @returns one page (Fly does not page)
   * @throws {ProviderError} `forbidden` (the token lacks the app), `not-found` (no such app), `unavailable`, `unexpected-answer`
   * @see https://docs.machines.dev — "List Machines"
   */
  machines(read?: { readonly signal: AbortSignal }): Promise<readonly Machine[]>;
  /**
   * Who holds which Machine at this moment; a Machine without a lease is left out.
   * @throws {ProviderError} as `machines`
   * @see https://docs.machines.dev — "Get Lease"
   */
  leases(ids: readonly string[]): Promise<readonly Lease[]>;
  /**
   * The apps of this app's organization that the token reaches; a deploy token of the app reaches the app alone (Fly leaves out of a list what a token does
   * not reach).
   * @throws {ProviderError} as `machines`
   * @see https://docs.machines.dev — "List Apps"
   */
  reach(): Promise<readonly string[]>;
  /**
   * The secrets of the app, staged ones too; a value is never among what Fly gives.
   * @throws {ProviderError} as `machines`
   * @see https://docs.machines.dev — "List App Secrets"
   */
  secrets(): Promise<readonly FlySecret[]>;
  /** The newest releases, twenty of them: as many as flyctl itself looks at. @throws {ProviderError} as `machines` */
  releases(): Promise<readonly FlyRelease[]>;
  /** The e-mail by which Fly calls this token: `<uuid>@tokens.fly.io` for a deploy token, and the owner of the leases that it takes. @throws {ProviderError} */
  whoami(): Promise<string>;
  /**
   * What one Machine wrote, oldest first; Fly keeps the lines of a Machine that is gone.
   * @throws {ProviderError} `forbidden` for some deploy tokens
   */
  logs(instance: string): Promise<readonly string[]>;
  /**
   * Ends a Machine for good, under a lease, as `flyctl machine destroy --force` does. One that is gone already is no fault.
   * @throws {ProviderError} also where somebody else holds its lease
   * @see https://docs.machines.dev — "Destroy Machine"
   */
  destroy(id: string): Promise<void>;
}

export interface Lease {
  readonly machine: string;
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const leaseAnswer = z.object({ data: z.object({ owner: z.string().nullish(), expires_at: z.number() }) });
const appAnswer = z.object({ organization: z.object({ slug: z.string() }) });
const appsAnswer = z.object({ apps: z.array(z.object({ name: z.string() })).nullish() });
const viewerAnswer = z.object({ data: z.object({ viewer: z.object({ email: z.string() }) }) });
const logsAnswer = z.object({ data: z.array(z.object({ attributes: z.object({ message: z.string() }) })) });

export interface FlyClientOptions {
  readonly http: HttpClient;
  readonly token: Secret;
  readonly app: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

// As long as flyctl takes one for the same.
const DESTROY_LEASE_SECONDS = 120;
const nonceAnswer = z.object({ data: z.object({ nonce: z.string().min(1) }) });

type HttpResponse = Extract<HttpResult, { kind: 'response' }>;

// The Machines API answers a list in well under a second; retries share this budget.
const DEADLINE_MS = 15_000;
const OTHERS = new Set(['fly_app_release_command', 'fly_app_console', 'fly_app_test_machine_command']);

export function flyClient({ http, token, app, deadlineMs = DEADLINE_MS, signal }: FlyClientOptions): FlyClient {
  const path = `https://api.machines.dev/v1/apps/${encodeURIComponent(app)}`;
  const ask = async (url: string, own = signal, body?: unknown): Promise<HttpResponse> => {
    const answer = await http.request({
      method: body === undefined ? 'GET' : 'POST',
      url,
      headers: { authorization: bearer(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      deadlineMs,
      ...(body === undefined ? {} : { body: JSON.stringify(body), retry: 'read' as const }),
      ...(own === undefined ? {} : { signal: own }),
    });
    if (answer.kind === 'unreachable') throw new ProviderError('unavailable', `Fly did not answer: ${answer.message}`);
    return answer;
  };
  const read = <T>(answer: HttpResponse, shape: z.ZodType<T>, what: string): T => {
    if (answer.status !== 200) throw new ProviderError(codeOfStatus(answer.status), `Fly answered HTTP ${answer.status} for ${what} of the app "${app}"`);
    const parsed = shape.safeParse(parse(() => answer.json()));
    if (!parsed.success) throw new ProviderError('unexpected-answer', `Fly answered something that is not ${what} of the app "${app}"`);
    return parsed.data;
  };
  const write = async (method: 'POST' | 'DELETE', url: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> => {
    const answer = await http.request({ method, url, headers: { authorization: bearer(token), ...headers }, deadlineMs, ...(signal === undefined ? {} : { signal }) });
    if (answer.kind === 'unreachable') throw new ProviderError('unavailable', `Fly did not answer: ${answer.message}`);
    return answer;
  };
  return {
    destroy: async (id) => {
      const machine = `${path}/machines/${encodeURIComponent(id)}`;
      const leased = await write('POST', `${machine}/lease?ttl=${DESTROY_LEASE_SECONDS}`);
      if (leased.status === 404) return;
      if (leased.status >= 300) throw new ProviderError(codeOfStatus(leased.status), `Fly answered HTTP ${leased.status} for a lease of Machine ${id}`);
      const parsed = nonceAnswer.safeParse(parse(() => leased.json()));
      if (!parsed.success) throw new ProviderError('unexpected-answer', `Fly answered something that is not a lease of Machine ${id}`);
      const ended = await write('DELETE', `${machine}?kill=true`, { 'fly-machine-lease-nonce': parsed.data.data.nonce });
      if (ended.status >= 300 && ended.status !== 404) throw new ProviderError(codeOfStatus(ended.status), `Fly answered HTTP ${ended.status} for the end of Machine ${id}`);
    },
    machines: async (own) => read(await ask(`${path}/machines`, own?.signal), machineList, 'the list of Machines').filter((machine) => !OTHERS.has(machine.group)),
    leases: async (ids) => {
      const all = await Promise.all(ids.map(async (id) => ({ id, answer: await ask(`${path}/machines/${encodeURIComponent(id)}/lease`) })));
      return all.filter(({ answer }) => answer.status !== 404).map(({ id, answer }) => {
        const { data } = read(answer, leaseAnswer, `the lease of Machine ${id}`);
        return { machine: id, owner: data.owner ?? '', expiresAt: data.expires_at * 1000 };
      });
    },
    reach: async () => {
      const { organization } = read(await ask(path), appAnswer, 'the description');
      const listed = read(await ask(`https://api.machines.dev/v1/apps?org_slug=${encodeURIComponent(organization.slug)}`), appsAnswer, 'the organization');
      return (listed.apps ?? []).map(({ name }) => name);
    },
    secrets: async () => read(await ask(`${path}/secrets`), secretList, 'the list of secrets'),
    releases: async () => read(await ask(`https://api.fly.io/api/v1/apps/${encodeURIComponent(app)}/releases?limit=20`), releaseList, 'the list of releases'),
    whoami: async () => read(await ask('https://api.fly.io/graphql', signal, { query: 'query { viewer { ... on User { email } ... on Macaroon { email } } }' }), viewerAnswer, 'the name of the token').data.viewer.email,
    logs: async (instance) => {
      const answer = await ask(`https://api.fly.io/api/v1/apps/${encodeURIComponent(app)}/logs?instance=${encodeURIComponent(instance)}`);
      return read(answer, logsAnswer, `the log of Machine ${instance}`).data.map(({ attributes }) => attributes.message);
    },
  };
}

/** The Machines API takes deploy tokens (`FlyV1 fm2_…`) and personal ones as they are, with a scheme in front. */
function bearer(token: Secret): string {
  const value = token.reveal().trim();
  return /^(?:FlyV1|Bearer) /u.test(value) ? value : `${value.startsWith('fm2_') ? 'FlyV1' : 'Bearer'} ${value}`;
}

function parse(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}
