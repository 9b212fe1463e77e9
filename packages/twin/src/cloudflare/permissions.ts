/** What a token may do, each to read and to write: no deploy reads where it may not write. */
export type Permission = 'workers-scripts' | 'workers-routes' | 'zone' | 'kv' | 'r2' | 'access';

const AREAS: readonly (readonly [path: RegExp, permission: Permission])[] = [
  [/\/zones\/[^/]+\/workers\/routes/u, 'workers-routes'],
  [/\/zones(?:\/[^/]+)?$/u, 'zone'],
  [/\/accounts\/[^/]+\/workers\//u, 'workers-scripts'],
  [/\/accounts\/[^/]+\/storage\/kv\//u, 'kv'],
  [/\/accounts\/[^/]+\/r2\//u, 'r2'],
  [/\/accounts\/[^/]+\/access\//u, 'access'],
];

/** The permission that a path takes; null: every token may. */
export function areaOf(pathname: string): Permission | null {
  return AREAS.find(([path]) => path.test(pathname))?.[1] ?? null;
}
