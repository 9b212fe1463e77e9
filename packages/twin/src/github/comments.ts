import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { json, notFound } from './answers.ts';
import { keepFile } from './keep-file.ts';
import { read, type Repository } from './objects.ts';
import { nodeId, user } from './shapes.ts';

/** 65,536 characters are the longest body that GitHub takes. */
const written = z.object({ body: z.string().min(1).max(65_536) });

export interface Comment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

interface Kept extends Comment {
  readonly repository: string;
  readonly issue: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Comments {
  answer(call: { readonly repository: Repository; readonly path: readonly string[]; readonly method: string; readonly body: unknown; readonly url: URL; readonly login: string }): Response;
  /** Of one issue, the oldest first. */
  of(repository: string, issue: number): readonly Comment[];
}

/** Comments of issues and pull requests, which have their numbers in common; every number is taken for one that is there. @param file where they are kept, for the next start */
export function createComments(file: string): Comments {
  const kept = new Map<number, Kept>(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [number, Kept][]) : []);
  const keep = (comment: Kept): void => {
    kept.set(comment.id, comment);
    keepFile(file, [...kept]);
  };
  let last = Math.max(5000, ...kept.keys());
  const listed = (repository: string, issue: number): Kept[] => [...kept.values()].filter((one) => one.repository === repository && one.issue === issue);
  return {
    of: (repository, issue) => listed(repository, issue).map(({ id, author, body }) => ({ id, author, body })),
    answer({ repository, path, method, body, url, login }) {
      const at = new Date().toISOString();
      const [first = '', second = ''] = path;
      if (first === 'comments') {
        const found = kept.get(Number(second));
        if (found === undefined || found.repository !== repository.name) throw notFound();
        if (method === 'GET') return json(shown(found));
        if (method !== 'PATCH') throw notFound();
        const changed = { ...found, body: read(written, body).body, updatedAt: at };
        keep(changed);
        return json(shown(changed));
      }
      const issue = Number(first);
      if (second !== 'comments' || !Number.isInteger(issue) || issue < 1) throw notFound();
      if (method === 'POST') {
        const made: Kept = { id: (last += 1), repository: repository.name, issue, author: login, body: read(written, body).body, createdAt: at, updatedAt: at };
        keep(made);
        return json(shown(made), 201);
      }
      // GitHub gives 30 where nothing is asked for, and 100 at most.
      const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100);
      const page = Number(url.searchParams.get('page') ?? 1);
      const all = listed(repository.name, issue);
      const answer = json(all.slice((page - 1) * size, page * size).map(shown));
      if (page * size < all.length) answer.headers.set('link', `<${url.origin}${url.pathname}?per_page=${size}&page=${page + 1}>; rel="next"`);
      return answer;
    },
  };
}

function shown({ id, repository, issue, author, body, createdAt, updatedAt }: Kept): Record<string, unknown> {
  const api = `https://api.github.com/repos/${repository}/issues`;
  return {
    id, node_id: nodeId('IC', id), url: `${api}/comments/${id}`, html_url: `https://github.com/${repository}/pull/${issue}#issuecomment-${id}`, issue_url: `${api}/${issue}`,
    body, user: user(author), created_at: createdAt, updated_at: updatedAt, author_association: 'NONE', performed_via_github_app: null,
  };
}
