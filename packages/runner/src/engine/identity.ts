import type { Json } from '../expressions/evaluate.ts';
import type { Usage } from './usage.ts';
import type { Work } from './work-request.ts';

/** `github.action` and its relatives. */
export function identity({ step, scope }: Pick<Work, 'step' | 'scope'>, usage: Usage | null): Record<string, Json> {
  const source = usage?.action.source ?? null;
  return {
    ...(scope.inputs === null ? { action: step.id } : {}),
    action_repository: source?.repository ?? '',
    action_ref: source?.ref ?? '',
    ...(usage === null ? {} : { action_path: usage.action.directory }),
  };
}
