import { join } from 'node:path';
import { checkoutFault, fetchCommit, isUntouched } from '@vendure-deploy/shared/checkout';
import { flyClient, type FlyClient, type Machine } from '@vendure-deploy/shared/providers/fly';
import { type Comparison, githubClient, type GitHubClient } from '@vendure-deploy/shared/providers/github';
import { type ImageRepository, loginOf, parseImageRepository, registries, type RegistryClient } from '@vendure-deploy/shared/providers/registry';
import { SURFACES, type Surface } from '@vendure-deploy/shared/release';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { type PendingScan, scanPending } from './migration-scan/pending.ts';
import { decide, type Revision } from './revision.ts';
import { NOT_CONFIGURED, readServing, type Serving } from './serving.ts';
import type { Context, Subject } from './subject.ts';

/** Where the commit lies on this machine. */
export interface Checkout {
  readonly folder: string;
  /** It was made by us a moment ago, beside the workspace. */
  readonly isFetched: boolean;
  /** Nothing was installed or built in it yet. */
  readonly isFresh: boolean;
}

/** What several checks ask for: read when the first of them does, and once. */
export interface Facts {
  readonly github: GitHubClient;
  /** @throws {ProviderError} */
  revision(): Promise<Revision>;
  /** @throws {Error} where there is no such commit; who asks comes after the check that says so */
  sha(): Promise<string>;
  defaultBranch(): Promise<string>;
  /** The commit compared with what serves: once for each that does. */
  since(serving: string): Promise<Comparison>;
  serving(surface: Surface): Promise<Serving>;
  /** By surface, those that the environment has; null where it could not be read. */
  servingShas(): Promise<Readonly<Record<string, string | null>>>;
  fly(): FlyClient;
  machines(): Promise<readonly Machine[]>;
  registry(): RegistryClient;
  /** Of the image that is copied. */
  registryOf(repository: ImageRepository): RegistryClient;
  /** What the migrations since what serves do to it. */
  migrations(): Promise<PendingScan>;
  checkout(): Promise<Checkout>;
}

// A commit without its history: a second at home, a minute over a bad line.
const FETCH_MS = 120_000;
// Three reads of a version stay below the time of three probes.
const VERSION_MS = 5_000;

export function factsOf(context: Context, { ref, place, vendure }: Subject): Facts {
  const { inputs, http, run, signal, clock, log, workspace, temporary } = context;
  const probeMs = inputs['probe-timeout-seconds'] * 1000;
  const github = githubClient({ http, token: inputs['github-token'], apiUrl: run.apiUrl, deadlineMs: probeMs });
  const revision = once(async (): Promise<Revision> => (ref === '' ? { kind: 'commit', sha: run.sha, from: 'the commit of this run', doubt: '' } : decide(ref, await github.candidates(run.repository, ref))));
  const serving = new Map(SURFACES.flatMap((surface) => {
    const configured = place.surfaces[surface];
    return configured === undefined ? [] : [[surface, once(() => readServing({ http, url: `${configured['public-url']}${configured['version-path']}`, timeoutMs: Math.min(probeMs, VERSION_MS), clock, signal }))] as const];
  }));
  const fly = once(() => flyClient({ http, token: inputs['fly-api-token'], app: vendure?.app ?? '', deadlineMs: probeMs, signal }));
  const sha = async (): Promise<string> => {
    const found = await revision();
    if (found.kind === 'none') throw new Error(found.why);
    return found.sha;
  };
  const registryToken = inputs['registry-token'].isEmpty ? inputs['fly-api-token'] : inputs['registry-token'];
  const registry = (repository: ImageRepository, token: Secret): RegistryClient => registries({ http, clock, signal, warn: log.warning, budgetMs: probeMs })(repository, loginOf(token, inputs['registry-username']));
  const comparisons = new Map<string, Promise<Comparison>>();
  const facts: Facts = {
    github,
    revision,
    sha,
    defaultBranch: once(() => github.defaultBranch(run.repository)),
    since: async (base) => {
      const asked = comparisons.get(base) ?? sha().then((head) => github.comparison(run.repository, base, head));
      comparisons.set(base, asked);
      return asked;
    },
    serving: async (surface) => (await serving.get(surface)?.()) ?? NOT_CONFIGURED,
    servingShas: async () => Object.fromEntries(await Promise.all([...serving].map(async ([surface, read]) => [surface, (await read()).sha] as const))),
    fly,
    machines: once(() => fly().machines()),
    registry: once(() => registry(parseImageRepository(vendure?.['image-repository'] ?? ''), registryToken)),
    registryOf: (repository) => registry(repository, inputs['source-registry-token'].isEmpty ? registryToken : inputs['source-registry-token']),
    migrations: once(async () => {
      const [serving, target] = await Promise.all([facts.serving('vendure'), sha()]);
      const glob = vendure?.migrations;
      return scanPending({ workspace, token: inputs['github-token'], serverUrl: run.serverUrl, signal, log, serving: serving.sha, target, now: clock.now(), ...(glob === undefined ? {} : { glob }) });
    }),
    checkout: once(async () => {
      const wanted = await sha();
      if ((await checkoutFault(workspace, wanted, { untracked: false })) === null) return { folder: workspace, isFetched: false, isFresh: await isUntouched(workspace) };
      const folder = join(temporary, `preflight-${wanted}`);
      await fetchCommit({ repository: run.repository, serverUrl: run.serverUrl, sha: wanted, token: inputs['github-token'], folder, deadlineMs: FETCH_MS, signal, log });
      return { folder, isFetched: true, isFresh: true };
    }),
  };
  return facts;
}

function once<T>(read: () => T): () => T {
  let kept: { readonly value: T } | null = null;
  return () => (kept ??= { value: read() }).value;
}
