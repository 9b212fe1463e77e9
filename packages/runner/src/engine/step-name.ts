import { textOf } from '../expressions/evaluate.ts';
import type { StepPlan } from '../plan/types.ts';
import { contextsOf, type Scope, statusOf } from './scope.ts';

/** `name`, else "Run " and the first line (S10), masked as a name is shown to everybody (M4). */
export function nameOf(step: StepPlan, scope: Scope, environment: Readonly<Record<string, string>>): string {
  try {
    return scope.job.masker.mask(plainName(step, scope, environment));
  } catch {
    return step.id;
  }
}

function plainName(step: StepPlan, scope: Scope, environment: Readonly<Record<string, string>>): string {
  const read = (node: StepPlan['name']): string => firstLine(textOf(node, contextsOf(scope, environment), statusOf(scope)));
  if (step.name !== null) return read(step.name);
  switch (step.work.kind) {
    case 'uses':
      return `Run ${step.work.uses}`;
    case 'run':
      return `Run ${read(step.work.script)}`;
    case 'wait':
      return step.work.ids === 'all' ? 'Wait for all' : step.id.startsWith('__parallel') ? 'Parallel group' : 'Wait';
    case 'cancel':
      return 'Cancel';
  }
}

function firstLine(text: string): string {
  return text.trimStart().split(/[\r\n]/u)[0] ?? '';
}
