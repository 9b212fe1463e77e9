import type { Runs } from './actions.ts';
import { json, notFound, Refusal } from './answers.ts';
import type { CacheEntries } from './cache-entries.ts';
import { answerCaches } from './caches.ts';
import type { Comments } from './comments.ts';
import type { Deployments } from './deployments.ts';
import { git } from './git.ts';
import {
  compare, createBlob, createCommit, createReference, createTree, deleteReference, getBranch, getCommit, getGitCommit, getReference, getTag, getTree, listReferences, type Repository, updateReference,
} from './objects.ts';
import { fullRepository, user } from './shapes.ts';
import type { Workflows } from './workflows.ts';
import type { Access } from './world.ts';

interface Call {
  readonly repository: Repository;
  /** What stands after /repos/{owner}/{repo}. */
  readonly path: readonly string[];
  readonly url: URL;
  readonly method: string;
  readonly access: Access;
  readonly body: unknown;
}

export interface Routes {
  global(path: readonly string[], access: Access): Response;
  repository(call: Call): Promise<Response>;
}

/** Any one of them is enough: the comments of a pull request are those of the issue with its number. */
const AREAS: Readonly<Record<string, readonly string[]>> = {
  git: ['contents'], branches: ['contents'], commits: ['contents'], compare: ['contents'], actions: ['actions'], deployments: ['deployments'], issues: ['issues', 'pull-requests'],
};

export function routes({ runs, caches, deployments, comments, workflows }: { runs: Runs; caches: CacheEntries; deployments: Deployments; comments: Comments; workflows: Workflows }): Routes {
  return {
    global([first], { login }) {
      if (first === 'user') return json(user(login));
      if (first === 'rate_limit') return json({ resources: { core: LIMIT, search: LIMIT, graphql: LIMIT }, rate: LIMIT });
      throw notFound();
    },
    async repository(call) {
      const { repository, path: [area, ...rest], method, url } = call;
      permit(call);
      const name = rest.join('/');
      switch (area) {
        case undefined: return json(fullRepository(repository.name, await createdAt(repository)));
        case 'branches': return getBranch(repository, name);
        case 'commits': return getCommit(repository, name);
        case 'compare': return compare(repository, name);
        case 'actions': return actions(call, rest);
        case 'deployments': return deployments.answer(repository, rest, method, call.body, url, call.access.login);
        case 'issues': return comments.answer({ repository, path: rest, method, body: call.body, url, login: call.access.login });
        case 'git': return gitData(call);
        default: throw notFound();
      }
    },
  };

  async function actions({ repository, method, url, body }: Call, [kind = '', ...path]: readonly string[]): Promise<Response> {
    if (kind === 'caches') return answerCaches(caches, { repository, path, method, url });
    if (kind === 'workflows' && path[1] !== 'runs') return workflows.answer({ repository, path, method, body });
    return runs.answer(repository, [kind, ...path], url.searchParams);
  }
}

function gitData({ repository, path: [, kind = '', ...rest], method, url, body, access }: Call): Promise<Response> {
  const name = rest.join('/');
  switch (`${method} ${kind}`) {
    case 'GET ref': return getReference(repository, name);
    case 'GET refs':
    case 'GET matching-refs': return listReferences(repository, name);
    case 'POST refs': return createReference(repository, body);
    case 'PATCH refs': return updateReference(repository, name, body);
    case 'DELETE refs': return deleteReference(repository, name);
    case 'GET commits': return getGitCommit(repository, name);
    case 'POST commits': return createCommit(repository, body, access.login);
    case 'GET trees': return getTree(repository, name, url.searchParams.has('recursive'));
    case 'POST trees': return createTree(repository, body);
    case 'POST blobs': return createBlob(repository, body);
    case 'GET tags': return getTag(repository, name);
    default: throw notFound();
  }
}

/** A job's token holds what its `permissions` say and no more. */
function permit({ path: [area], method, access }: Call): void {
  const needed = AREAS[area ?? ''];
  if (needed === undefined) return;
  const writes = method !== 'GET' && method !== 'HEAD';
  const held = needed.map((permission) => access.permissions[permission]);
  if (!held.some((level) => level === 'write' || (level === 'read' && !writes))) throw new Refusal(403, 'Resource not accessible by integration');
}

const LIMIT = { limit: 5000, remaining: 4999, reset: 2_000_000_000, used: 1 };

async function createdAt({ bare }: Repository): Promise<string> {
  const date = (await git(bare, ['for-each-ref', '--count=1', '--format=%(creatordate:iso-strict)', 'refs/heads/'])).trim();
  return date === '' ? '2026-01-01T00:00:00Z' : new Date(date).toISOString();
}
