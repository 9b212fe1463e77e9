import { asText, type Json } from '../expressions/evaluate.ts';
import type { Run } from './run.ts';

/** `github` of a run: always the caller's, also inside called workflows (W2). */
export function githubContext({ options, plan, event }: Run): Record<string, Json> {
  const { repository, ref, sha, actor } = options;
  const pull = event['pull_request'] as { head?: { ref?: string }; base?: { ref?: string } } | undefined;
  return {
    token: options.githubToken,
    repository,
    repository_id: '1',
    repository_owner: repository.split('/')[0] ?? '',
    repository_owner_id: '1',
    repositoryUrl: `git://github.com/${repository}.git`,
    ref,
    ref_name: ref.replace(/^refs\/(?:heads|tags|pull)\//u, ''),
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: false,
    base_ref: pull?.base?.ref ?? '',
    head_ref: pull?.head?.ref ?? '',
    sha,
    actor,
    actor_id: '1',
    triggering_actor: actor,
    run_id: String(options.runId),
    run_number: '1',
    run_attempt: String(options.runAttempt),
    retention_days: '90',
    // Without `name:` it is the file's path (J10).
    workflow: plan.name,
    workflow_ref: `${repository}/${plan.file}@${ref}`,
    workflow_sha: sha,
    event_name: options.event.name,
    event,
    server_url: 'https://github.com',
    api_url: 'https://api.github.com',
    graphql_url: 'https://api.github.com/graphql',
    artifact_cache_size_limit: 10,
    secret_source: 'Actions',
  };
}

// The keys of `github` that a process gets as GITHUB_<KEY> (GitHubContext.cs, J10); token, event, repositoryUrl and action_status never are.
const EXPORTED = [
  'action', 'action_path', 'action_ref', 'action_repository', 'actor', 'actor_id', 'api_url', 'base_ref', 'event_name', 'event_path', 'graphql_url', 'head_ref', 'job', 'ref_name',
  'ref_protected', 'ref_type', 'ref', 'repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'retention_days', 'run_attempt', 'run_id', 'run_number', 'server_url',
  'sha', 'triggering_actor', 'workflow', 'workflow_ref', 'workflow_sha', 'workspace',
] as const;

export function exportedVariables(github: Readonly<Record<string, Json>>): Record<string, string> {
  return Object.fromEntries(EXPORTED.filter((key) => github[key] !== undefined).map((key) => [`GITHUB_${key.toUpperCase()}`, asText(github[key] ?? null)]));
}

const SYSTEMS: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows' };
const MACHINES: Readonly<Record<string, string>> = { arm64: 'ARM64', arm: 'ARM', ia32: 'X86' };

export function runnerContext(places: { temp: string; tools: string; workspace: string }, debug: boolean): Record<string, string> {
  return {
    os: SYSTEMS[process.platform] ?? 'Linux',
    arch: MACHINES[process.arch] ?? 'X64',
    name: 'local',
    environment: 'self-hosted',
    temp: places.temp,
    tool_cache: places.tools,
    workspace: places.workspace,
    ...(debug ? { debug: '1' } : {}),
  };
}
