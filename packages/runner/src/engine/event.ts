import type { Json } from '../expressions/evaluate.ts';
import type { RunOptions } from '../options.ts';
import type { WorkflowPlan } from '../plan/types.ts';

/** `github.event`: what GitHub would send as far as the runner knows it, under what the caller gives. Inputs of a dispatch are text here (W6). */
export function eventOf(options: RunOptions, plan: WorkflowPlan, inputs: Readonly<Record<string, string>>): Record<string, Json> {
  const { repository, ref, sha, actor, event } = options;
  const [owner = '', name = ''] = repository.split('/');
  const common = {
    repository: { id: 1, name, full_name: repository, private: true, owner: { login: owner, id: 1, type: 'Organization' }, default_branch: options.defaultBranch ?? 'main', html_url: `https://github.com/${repository}` },
    sender: { login: actor, id: 1, type: 'User' },
  };
  return { ...common, ...particulars(event.name, { ref, sha, actor, inputs, workflow: plan.file }), ...event.payload };
}

interface Known {
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly workflow: string;
}

function particulars(name: string, { ref, sha, actor, inputs, workflow }: Known): Record<string, Json> {
  if (name === 'workflow_dispatch') return { inputs: { ...inputs }, ref, workflow };
  if (name === 'push') return { ref, before: '0'.repeat(40), after: sha, created: false, deleted: false, forced: false, head_commit: { id: sha, message: '' }, commits: [], pusher: { name: actor } };
  if (name === 'schedule') return { schedule: '', workflow };
  return {};
}
