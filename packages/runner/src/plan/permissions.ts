import type { Node } from '../parser/tree.ts';
import { Refused } from './fields.ts';
import type { JobPlan, Permissions, WorkflowPlan } from './types.ts';

// In the order in which GitHub names them (Permissions.cs).
const SCOPES = [
  'actions', 'artifact-metadata', 'attestations', 'checks', 'contents', 'deployments', 'discussions', 'issues', 'packages', 'pages', 'pull-requests', 'repository-projects',
  'statuses', 'security-events', 'id-token', 'models', 'vulnerability-alerts',
] as const;
const RANK = { none: 0, read: 1, write: 2 };

export function permissionsOf(node: Node | null): Permissions | null {
  if (node === null || node.kind === 'expression' || node.kind === 'list') return null;
  if (node.kind === 'scalar') return node.value === 'read-all' ? all('read') : node.value === 'write-all' ? all('write') : {};
  return Object.fromEntries(node.entries.map((entry) => [entry.key, entry.value.kind === 'scalar' ? (entry.value.value as 'none' | 'read' | 'write') : 'none']));
}

/** The repository's default (W4). */
export function defaultPermissions(policy: 'read' | 'write'): Permissions {
  return policy === 'write' ? all('write') : { contents: 'read', packages: 'read' };
}

/** Permissions only narrow: a called file that asks for more than its caller grants refuses the whole run, in GitHub's words (PermissionsHelper.cs) and with the line that mends it. */
export function checkPermissions(plan: WorkflowPlan, policy: Permissions): void {
  for (const job of plan.jobs) if (job.kind === 'call') checkCall(job, plan, job.permissions ?? plan.permissions ?? policy);
}

function checkCall(call: Extract<JobPlan, { kind: 'call' }>, plan: WorkflowPlan, granted: Permissions): void {
  const { callee } = call;
  const ref = `${callee.source.repository}/${callee.file}@${callee.source.ref}`;
  const ask = (requested: Permissions | null, who: string): void => {
    const beyond = SCOPES.filter((scope) => RANK[requested?.[scope] ?? 'none'] > RANK[granted[scope] ?? 'none']);
    if (beyond.length === 0) return;
    const asked = beyond.map((scope) => `${scope}: ${requested?.[scope] ?? 'none'}`).join(', ');
    const allowed = beyond.map((scope) => `${scope}: ${granted[scope] ?? 'none'}`).join(', ');
    const cure = `Give the job \`${call.id}\` this line:  permissions: ${flowOf(most(granted, wantedBy(callee)))}`;
    throw new Refused(`Error calling workflow '${ref}'. ${who} is requesting '${asked}', but is only allowed '${allowed}'. ${cure}`, plan.file, call.line);
  };
  ask(callee.permissions, 'The workflow');
  for (const job of callee.jobs) ask(job.permissions, `The nested job '${job.id}'`);
  for (const job of callee.jobs) if (job.kind === 'call') checkCall(job, callee, job.permissions ?? callee.permissions ?? granted);
}

/** What a caller has to grant, and no less: the most that the file or a job of it asks for. A job that calls on and has no permissions of its own asks for what it calls. */
export function wantedBy(callee: WorkflowPlan): Permissions {
  return callee.jobs.reduce<Permissions>((wanted, job) => most(wanted, job.permissions ?? (job.kind === 'call' ? wantedBy(job.callee) : {})), callee.permissions ?? {});
}

function most(one: Permissions, other: Permissions): Permissions {
  const scopes = SCOPES.map((scope) => [scope, RANK[one[scope] ?? 'none'] >= RANK[other[scope] ?? 'none'] ? (one[scope] ?? 'none') : (other[scope] ?? 'none')] as const);
  return Object.fromEntries(scopes.filter(([, level]) => level !== 'none'));
}

function flowOf(permissions: Permissions): string {
  return `{ ${Object.entries(permissions).map(([scope, level]) => `${scope}: ${level}`).join(', ')} }`;
}

function all(level: 'read' | 'write'): Permissions {
  // id-token has no read; models and vulnerability-alerts have no write.
  return Object.fromEntries(SCOPES.map((scope) => [scope, scope === 'id-token' && level === 'read' ? 'none' : ['models', 'vulnerability-alerts'].includes(scope) ? 'read' : level]));
}
