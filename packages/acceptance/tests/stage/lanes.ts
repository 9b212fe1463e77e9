import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const LANES = join(import.meta.dirname, '../../../../.github/workflows');

/** The inputs of a lane, by its `workflow_dispatch`. null: the suite has no such lane. */
export function inputsOfLane(lane: string): readonly string[] | null {
  const file = join(LANES, `${lane}.yml`);
  if (!existsSync(file)) return null;
  const { on } = parse(readFileSync(file, 'utf8')) as { on: { workflow_dispatch?: { inputs?: Record<string, unknown> } } };
  return Object.keys(on.workflow_dispatch?.inputs ?? {});
}
