import { randomInt, randomUUID } from 'node:crypto';
import type { Runs } from './actions.ts';
import { git, gitOrNull } from './git.ts';
import type { Repository } from './objects.ts';

/** Another run of the repository holds the deploy lock, in the form that the protocol has on its ref. @returns how it gives it back */
export async function holdLock(repository: Repository, environment: string, runs: Pick<Runs, 'set'>): Promise<() => Promise<void>> {
  const id = randomInt(1_000_000, 9_999_999);
  const startedAt = new Date().toISOString();
  runs.set({ id, repository: repository.name, status: 'in_progress', startedAt, actor: 'colleague' });
  const holder = {
    kind: 'actions', repo: repository.name, run_id: id, run_attempt: 1, job: 'vendure', url: `https://github.com/${repository.name}/actions/runs/${id}/attempts/1`, actor: 'colleague', nonce: randomUUID(),
  };
  await append(repository, environment, { state: 'held', hold: 'run', holder, reason: `deploy of ${environment}`, why: 'acquire' });
  return async () => {
    runs.set({ id, repository: repository.name, status: 'completed', conclusion: 'success', startedAt });
    await append(repository, environment, { state: 'free', hold: 'run', holder: null, reason: '', why: 'release' });
  };
}

async function append({ bare }: Repository, environment: string, next: Readonly<Record<string, unknown>>): Promise<void> {
  const ref = `refs/heads/deploy-lock/${environment}`;
  const head = (await gitOrNull(bare, ['rev-parse', '--verify', '--quiet', ref]))?.trim() ?? null;
  const before = head === null ? '' : await git(bare, ['show', '--no-patch', '--format=%B', head]);
  const seq = 1 + (before === '' ? 0 : (JSON.parse(before.slice(before.indexOf('{'))) as { seq: number }).seq);
  const message = `deploy-lock ${environment}: ${String(next['why'])} #${seq} [skip ci]\n\n${JSON.stringify({ v: 2, seq, env: environment, ...next }, null, 2)}\n`;
  const tree = (await git(bare, ['mktree'], { stdin: '' })).trim();
  const commit = (await git(bare, ['-c', 'user.name=Colleague', '-c', 'user.email=colleague@example.com', 'commit-tree', tree, ...(head === null ? [] : ['-p', head]), '-m', message])).trim();
  await git(bare, ['update-ref', ref, commit, head ?? '0'.repeat(40)]);
}
