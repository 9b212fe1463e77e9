import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Provider } from '../provider.ts';
import { createRuns, type JobState, type RunState } from './actions.ts';
import { notFound, refuse, Refusal, unlessKnown } from './answers.ts';
import type { CacheEntry } from './cache-entries.ts';
import { createCacheService } from './cache-service.ts';
import { type Comment, createComments } from './comments.ts';
import { createDeployments } from './deployments.ts';
import { git, gitOrNull } from './git.ts';
import { type HeldBy, holdLock } from './held-lock.ts';
import { createIssuer, type IdentityOfJob, type TokenClaims } from './identity.ts';
import { createJobLogs } from './job-logs.ts';
import { type Repository } from './objects.ts';
import { routes } from './routes.ts';
import { gitBackend } from './smart-http.ts';
import { createWorkflows, type Dispatch } from './workflows.ts';

export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

export interface Access {
  readonly login: string;
  readonly permissions: Permissions;
  /** The only one that it reaches; null: every one. */
  readonly repository: string | null;
}

export interface LockHeld {
  readonly holder: string;
  readonly since: string;
}

export interface GithubWorld {
  readonly provider: Provider;
  /** Empty, or with every branch and tag of a checkout; without one, a kept world's own comes back. */
  createRepository(name: string, fromDirectory?: string, tags?: readonly string[]): Promise<void>;
  repositories(): string[];
  /** Its bare repository on disk. */
  bare(name: string): string;
  headOf(name: string, branch?: string): Promise<string>;
  /** Files are bytes or paths; they are served as the release's downloads. */
  addRelease(repository: string, tag: string, files: Readonly<Record<string, Uint8Array | string>>): void;
  /** @param repository the only one that it reaches, as a job's own token does; without it, every one */
  issueToken(permissions: Permissions, login?: string, repository?: string): string;
  /** What the JavaScript actions of one run get: where the cache service is, and a token for it. */
  actionEnvironment(repository: string, ref?: string): Readonly<Record<string, string>>;
  /** As a job of that ref would: an entry of a few bytes. */
  saveCache(entry: { readonly repository: string; readonly ref: string; readonly key: string; readonly version: string }): Promise<void>;
  /** Entries of the cache, the oldest first. */
  caches(repository: string): readonly CacheEntry[];
  /** The variables by which a job asks for its OIDC token; {} without `id-token: write`. */
  identityEnvironment(job: IdentityOfJob): Readonly<Record<string, string>>;
  /** What an OIDC token says that this GitHub signed; null for any other. */
  verifyIdentity(token: string): TokenClaims | null;
  setRun(run: RunState): void;
  setJobs(runId: number, jobs: readonly JobState[]): void;
  /** null: gone by retention. */
  setJobLog(jobId: number, text: string | null): void;
  /** Runs that were asked for by `workflow_dispatch`, the oldest first. Nobody has performed them. */
  dispatches(): readonly Dispatch[];
  /** What stands under an issue or a pull request, the oldest first. */
  comments(repository: string, issue: number): readonly Comment[];
  /** Another run has the lock. @returns how it gives it back */
  holdLock(repository: string, environment: string, by: HeldBy): Promise<() => Promise<void>>;
  /** As the lock's ref says it; of the repository that has one. */
  lock(environment: string): Promise<'free' | LockHeld>;
}

const HOSTS = new Set(['api.github.com', 'github.com', 'objects.githubusercontent.com', 'codeload.github.com', 'release-assets.githubusercontent.com']);

/** GitHub over real bare repositories: refs, commits and compare-and-swap are git's own. */
export function createGithubWorld({ directory }: { directory: string }): GithubWorld {
  const repositories = new Map<string, Repository>();
  const releases = new Map<string, Uint8Array | string>();
  const tokens = new Map<string, Access>();
  const cache = createCacheService(join(directory, 'github', 'cache'));
  const logs = createJobLogs(join(directory, 'github', 'logs'), cache.signedUrl);
  const runs = createRuns(join(directory, 'github', 'runs.json'), logs);
  const issuer = createIssuer();
  const comments = createComments(join(directory, 'github', 'comments.json'));
  const workflows = createWorkflows();
  const rest = routes({ workflows, runs, caches: cache.entries, deployments: createDeployments(join(directory, 'github', 'deployments.json')), comments });

  return {
    provider: {
      name: 'github',
      claims: (host) => HOSTS.has(host) || cache.claims(host) || issuer.claims(host),
      isWrite: (request) => (cache.claims(new URL(request.url).hostname) ? cache.isWrite(request) : !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && !request.url.endsWith('/git-upload-pack')),
      fetch: (request) => answer(request).catch((error: unknown) => {
        if (error instanceof Refusal) return refuse(error);
        throw error;
      }),
      stop: () => Promise.resolve(),
    },
    async createRepository(name, fromDirectory, tags = []) {
      const bare = join(directory, 'github', `${name}.git`);
      if (await gitOrNull(bare, ['rev-parse', '--git-dir']) !== null && fromDirectory === undefined) return void repositories.set(name, { name, bare });
      await mkdir(bare, { recursive: true });
      await git(bare, ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
      if (fromDirectory !== undefined) {
        await git(bare, ['fetch', '--quiet', '--no-tags', '--update-head-ok', fromDirectory, '+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']);
        // A detached or differently named checkout: what it has checked out is this repository's main.
        if (await gitOrNull(bare, ['rev-parse', '--verify', '--quiet', 'refs/heads/main']) === null) await git(bare, ['fetch', '--quiet', '--no-tags', '--update-head-ok', fromDirectory, '+HEAD:refs/heads/main']);
      }
      for (const tag of tags) await git(bare, ['update-ref', `refs/tags/${tag}`, 'refs/heads/main']);
      repositories.set(name, { name, bare });
    },
    repositories: () => [...repositories.keys()],
    bare: (name) => find(name).bare,
    headOf: async (name, branch = 'main') => (await git(find(name).bare, ['rev-parse', '--verify', '--end-of-options', `refs/heads/${branch}`])).trim(),
    addRelease(repository, tag, files) {
      for (const [file, content] of Object.entries(files)) releases.set(`/${repository}/releases/download/${tag}/${file}`, content);
    },
    issueToken(permissions, login = 'github-actions[bot]', repository) {
      const token = `ghs_${randomBytes(20).toString('hex')}`;
      tokens.set(token, { login, permissions, repository: repository ?? null });
      return token;
    },
    actionEnvironment: (repository, ref) => cache.actionEnvironment(repository, ref),
    saveCache: (entry) => cache.save(entry),
    caches: (repository) => cache.entries.list(repository),
    setJobLog: (jobId, text) => logs.set(jobId, text),
    identityEnvironment: (job) => issuer.environmentOf(job),
    verifyIdentity: (token) => issuer.verify(token),
    setRun: (run) => runs.set(run),
    setJobs: (runId, jobs) => runs.setJobs(runId, jobs),
    dispatches: () => workflows.dispatches(),
    comments: (repository, issue) => comments.of(repository, issue),
    holdLock: (repository, environment, by) => holdLock({ repository: find(repository), environment, by, runs }),
    lock,
  };

  function find(name: string): Repository {
    const found = repositories.get(name) ?? [...repositories.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw notFound();
    return found;
  }

  /** What a token does not reach is private, and answered as if it were not there. */
  function reached(name: string, access: Access): Repository {
    const found = find(name);
    if (access.repository !== null && access.repository !== found.name) throw notFound();
    return found;
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (cache.claims(url.hostname)) return cache.fetch(request);
    if (issuer.claims(url.hostname)) return issuer.fetch(request);
    if (url.hostname === 'api.github.com') return api(request, url);
    const file = releases.get(url.pathname);
    if (file !== undefined) return download(file);
    if (url.hostname !== 'github.com') throw notFound();
    return smartHttp(request, url);
  }

  async function api(request: Request, url: URL): Promise<Response> {
    const access = accessOf(request.headers.get('authorization'));
    if (access === null) throw new Refusal(401, request.headers.has('authorization') ? 'Bad credentials' : 'Requires authentication');
    const path = url.pathname.split('/').slice(1).map((segment) => decodeURIComponent(segment));
    if (path[0] !== 'repos') return rest.global(path, access);
    const repository = reached(`${path[1] ?? ''}/${path[2] ?? ''}`, access);
    return unlessKnown(request, await rest.repository({ repository, path: path.slice(3), url, method: request.method, access, body: await bodyOf(request) }));
  }

  async function smartHttp(request: Request, url: URL): Promise<Response> {
    const [, name, path = ''] = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.*))$/u.exec(url.pathname) ?? [];
    if (name === undefined) throw notFound();
    const access = accessOf(request.headers.get('authorization'));
    if (access === null) return new Response('Authentication required\n', { status: 401, headers: { 'www-authenticate': 'Basic realm="GitHub"' } });
    const { bare } = reached(name, access);
    const pushes = path === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
    if (pushes && access.permissions['contents'] !== 'write') return new Response('Write access to repository not granted.\n', { status: 403 });
    return gitBackend(request, bare, path, access.login);
  }

  /** `Bearer`, `token`, or Basic with the token as password, as git sends it. */
  function accessOf(authorization: string | null): Access | null {
    const [scheme = '', credential = ''] = (authorization ?? '').split(' ');
    const token = scheme.toLowerCase() === 'basic' ? Buffer.from(credential, 'base64').toString('utf8').replace(/^[^:]*:/u, '') : credential;
    return tokens.get(token) ?? null;
  }

  async function lock(environment: string): Promise<'free' | LockHeld> {
    for (const { bare } of repositories.values()) {
      const said = await gitOrNull(bare, ['show', '--no-patch', '--format=%cI%n%B', '--end-of-options', `refs/heads/deploy-lock/${environment}`]);
      if (said !== null) return lockState(said);
    }
    return 'free';
  }
}

/** What cannot be read is held by someone unknown: never taken for free. */
function lockState(said: string): 'free' | LockHeld {
  const since = said.slice(0, said.indexOf('\n'));
  try {
    const state = JSON.parse(said.slice(said.indexOf('{'))) as { state?: string; holder?: { repo?: string; run_id?: number; url?: string } | null };
    if (state.state === 'free') return 'free';
    return { holder: state.holder?.url ?? `${state.holder?.repo ?? 'unknown'}#${state.holder?.run_id ?? 0}`, since };
  } catch {
    return { holder: 'unknown', since };
  }
}

async function download(file: Uint8Array | string): Promise<Response> {
  const content = typeof file === 'string' ? await openAsBlob(file) : new Blob([new Uint8Array(file)]);
  return new Response(content.stream(), { headers: { 'content-type': 'application/octet-stream', 'content-length': String(content.size) } });
}

async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text();
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

