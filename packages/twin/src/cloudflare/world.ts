import type { Provider } from '../provider.ts';
import { type Serving, serving } from '../truth/index.ts';
import { createAccess, type NewToken } from './access.ts';
import { type AccessSetup, createAccessSetup } from './access-api.ts';
import { createGuard } from './access-guard.ts';
import { createTeam } from './access-team.ts';
import type { Account, Zone } from './account.ts';
import { secretsOf as secretBindings } from './bindings.ts';
import { changesAccount, createApi } from './api.ts';
import { openContent } from './content.ts';
import { createEdge } from './edge.ts';
import { createRuntime } from './runtime.ts';
import { type CloudflareState, type Deployment, loadState, saveState, type Script } from './state.ts';

export interface CloudflareOptions {
  /** Holds the whole world: a second one on the same directory serves the same versions. */
  readonly directory: string;
  /** It may do everything; `cfat_…` is an account's token, any other a user's. */
  readonly token: string;
  readonly accountId: string;
  readonly zones: readonly Zone[];
  /** Where the Workers' own calls lead. */
  readonly outbound: (request: Request) => Promise<Response>;
}

export interface CloudflareWorld {
  readonly provider: Provider;
  /** From now on a switch takes that long to be everywhere, on the clock of this machine; 0, as at first: it is at once. */
  lag(milliseconds: number): void;
  /** Another token beside the world's own; a kept world forgets it. */
  issueToken(token: NewToken): string;
  /** Cloudflare Access before the hosts of the zones. */
  readonly access: AccessSetup;
  /** What an account consists of besides its Workers' code, to compare it with itself. */
  inventory(): Inventory;
  /** What is live: the tag of the version that gets traffic, mixed when two do, `untagged:<id>` for one without a tag; null when nothing serves. */
  serves(worker: string): Serving;
  /** The values that a version really has, which no API tells. */
  secretsOf(worker: string, versionId: string): Readonly<Record<string, string>>;
  claimsHost(host: string): boolean;
  /** A KV namespace under an id that a configuration names, as an earlier set-up left it. One that is there stays as it is. */
  seedNamespace(namespace: { readonly id: string; readonly title: string }): void;
  /** By route, percentage, override header and version key. null when no Worker stands behind the URL. */
  serve(host: string, request: Request): Promise<Response | null>;
  stop(): Promise<void>;
}

export interface Inventory {
  readonly routes: CloudflareState['routes'];
  readonly domains: CloudflareState['domains'];
  readonly workers: readonly { readonly name: string; readonly versions: readonly string[]; readonly live: Deployment | null; readonly subdomain: Script['subdomain'] }[];
}

export function createCloudflareWorld({ directory, token, accountId, zones, outbound }: CloudflareOptions): CloudflareWorld {
  const state = loadState(directory);
  const content = openContent(directory);
  const account: Account = { id: accountId, zones, state, content, lagMs: 0, save: () => saveState(directory, state) };
  const runtime = createRuntime({ directory, content, outbound });
  const team = createTeam(account);
  const guard = createGuard(account, team);
  const edge = createEdge(account, runtime, guard);
  const tokens = createAccess(token);
  const api = createApi(account, tokens);
  return {
    provider: {
      name: 'cloudflare',
      claims: (host) => host === 'api.cloudflare.com' || team.claims(host),
      isWrite: (request) => changesAccount(request),
      fetch: async (request) => (team.claims(new URL(request.url).hostname) ? team.fetch(request) : api(request)),
      // The Workers serve the shop's hosts, too: the world stops them.
      stop: () => Promise.resolve(),
    },
    issueToken: tokens.issue,
    lag: (milliseconds) => void (account.lagMs = milliseconds),
    access: createAccessSetup(account, team, guard),
    inventory: () => structuredClone({
      routes: state.routes,
      domains: state.domains,
      workers: Object.values(state.scripts).map((script) => ({ name: script.name, versions: script.versions.map(({ id }) => id), live: script.deployments[0] ?? null, subdomain: script.subdomain })),
    }),
    serves: (worker) => liveTags(state.scripts[worker]),
    secretsOf(worker, versionId) {
      const bindings = state.scripts[worker]?.versions.find(({ id }) => id === versionId)?.bindings ?? [];
      return Object.fromEntries(secretBindings(bindings).map(({ name, text }) => [name, String(text)]));
    },
    claimsHost: edge.claimsHost,
    seedNamespace({ id, title }) {
      if (state.namespaces.some((one) => one.id === id)) return;
      state.namespaces.push({ id, title });
      account.save();
    },
    serve: edge.serve,
    stop: () => runtime.stop(),
  };
}

function liveTags(script: Script | undefined): Serving {
  const deployment = script?.deployments[0] ?? null;
  // A version at 0 % meets only who asks for it by the override header.
  const live = deployment?.versions.filter(({ percentage }) => percentage > 0) ?? [];
  return serving(live.map(({ version_id: id }) => script?.versions.find((version) => version.id === id)?.annotations['workers/tag'] ?? `untagged:${id}`));
}
