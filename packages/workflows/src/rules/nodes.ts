import { isMap, isPair, isScalar, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Source } from '../files.ts';

export interface Job {
  readonly id: string;
  readonly node: YAMLMap;
  /** Empty for a job that calls a workflow. */
  readonly steps: readonly YAMLMap[];
}

/** The jobs of a workflow; of an action that is made of steps, that one list of them. */
export function jobsOf({ document }: Source): Job[] {
  const composite = document.getIn(['runs', 'steps']);
  if (composite !== undefined) return [{ id: 'runs', node: document.get('runs') as YAMLMap, steps: mapsIn(composite) }];
  const jobs = document.get('jobs');
  if (!isMap(jobs)) return [];
  return jobs.items.flatMap((pair) => (isMap(pair.value) ? [{ id: String(pair.key), node: pair.value, steps: mapsIn(pair.value.get('steps')) }] : []));
}

/** The pairs of a mapping; none of what is no mapping. */
export function entriesOf(node: unknown): Pair<Scalar, Node | null>[] {
  return isMap(node) ? node.items.filter((item) => isPair(item)) as unknown as Pair<Scalar, Node | null>[] : [];
}

export function scalarIn(map: YAMLMap, key: string): Scalar | null {
  const node = map.get(key, true);
  return isScalar(node) ? node : null;
}

/** A scalar's text, as a node or as what it holds; '' for anything else. */
export function textOf(value: unknown): string {
  const held = isScalar(value) ? value.value : value;
  return typeof held === 'string' || typeof held === 'number' || typeof held === 'boolean' ? String(held) : '';
}

/** What stands behind a value on its line, or in the lines before the next key: without `#`. */
export function commentOf(node: unknown): string {
  return ((node as { comment?: string | null } | null)?.comment ?? '').trim();
}

function mapsIn(list: unknown): YAMLMap[] {
  const items = (list as { items?: readonly unknown[] } | undefined)?.items ?? [];
  return items.filter((item) => isMap(item));
}
