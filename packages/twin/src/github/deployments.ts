import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { json, notFound } from './answers.ts';
import { keepFile } from './keep-file.ts';
import { read, type Repository, resolve } from './objects.ts';
import { nodeId, user } from './shapes.ts';

const newDeployment = z.object({ ref: z.string(), task: z.string().default('deploy'), environment: z.string().default('production'), description: z.string().nullable().default(null), payload: z.union([z.string(), z.record(z.string(), z.unknown())]).default('') });
const newStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']), description: z.string().default(''), environment: z.string().optional(),
  log_url: z.string().default(''), environment_url: z.string().default(''), target_url: z.string().default(''),
});

export interface Deployments {
  answer(repository: Repository, path: readonly string[], method: string, body: unknown, url: URL, login: string): Promise<Response>;
}

interface Entry {
  readonly repository: string;
  readonly deployment: Record<string, unknown>;
  readonly statuses: Record<string, unknown>[];
}

/** GitHub's record of deployments: never acted upon. @param file where it is kept, for the next start */
export function createDeployments(file: string): Deployments {
  const kept = new Map<number, Entry>(existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [number, Entry][]) : []);
  const save = (): void => keepFile(file, [...kept]);
  let last = Math.max(1000, ...[...kept].flatMap(([id, { statuses }]) => [id, ...statuses.map((status) => Number(status['id']))]));
  return {
    async answer(repository, [id, what, statusId], method, body, url, login) {
      const api = `https://api.github.com/repos/${repository.name}`;
      const at = new Date().toISOString();
      if (id === undefined && method === 'POST') {
        const wanted = read(newDeployment, body);
        const number = ++last;
        const deployment = {
          id: number, node_id: nodeId('DE', number), sha: await resolve(repository, wanted.ref), ...wanted, original_environment: wanted.environment, creator: user(login), created_at: at, updated_at: at,
          statuses_url: `${api}/deployments/${number}/statuses`, repository_url: api, url: `${api}/deployments/${number}`, transient_environment: false, production_environment: wanted.environment === 'production',
        };
        kept.set(number, { repository: repository.name, deployment, statuses: [] });
        save();
        return json(deployment, 201);
      }
      if (id === undefined) {
        const all = [...kept.values()].filter((entry) => entry.repository === repository.name).map(({ deployment }) => deployment).toReversed();
        return json(all.filter((one) => ['sha', 'ref', 'task', 'environment'].every((key) => [null, one[key]].includes(url.searchParams.get(key)))));
      }
      const found = kept.get(Number(id));
      if (found === undefined || found.repository !== repository.name) throw notFound();
      if (what === undefined) return json(found.deployment);
      if (what !== 'statuses') throw notFound();
      if (method !== 'POST') return json(statusId === undefined ? found.statuses.toReversed() : found.statuses.find((one) => one['id'] === Number(statusId)) ?? {});
      const number = ++last;
      const status = {
        id: number, node_id: nodeId('DES', number), environment: found.deployment['environment'], ...read(newStatus, body), creator: user(login), created_at: at, updated_at: at,
        url: `${api}/deployments/${id}/statuses/${number}`, deployment_url: `${api}/deployments/${id}`, repository_url: api,
      };
      found.statuses.push(status);
      save();
      return json(status, 201);
    },
  };
}
