import { shortSha, type Surface } from '../release/index.ts';

export type Compatibility = 'same-sha' | 'storefront-may-lag';

/** What each surface serves, side by side; '' where it was not read. */
export type ServingShas = Partial<Record<Surface, string>>;

/** `ok` is null where there is no rule to judge by. */
export interface Skew {
  readonly rule: Compatibility | null;
  readonly ok: boolean | null;
  readonly shas: ServingShas;
  readonly why: string;
}

/** @param previousSha what Vendure served before this release; '': not known */
export function judgeSkew(shas: ServingShas, rule: Compatibility | null, previousSha: string): Skew {
  const said = Object.entries(shas).map(([surface, sha]) => `${surface} ${sha === '' ? 'not read' : shortSha(sha)}`).join(', ');
  if (rule === null) return { rule, ok: null, shas, why: '' };
  const fault = faultOf(shas, rule, previousSha);
  return { rule, ok: fault === null, shas, why: fault === null ? '' : `${said}: ${fault}` };
}

function faultOf(shas: ServingShas, rule: Compatibility, previousSha: string): string | null {
  const unread = Object.keys(shas).filter((surface) => shas[surface as Surface] === '');
  if (unread.length > 0) return `what ${unread.join(' and ')} serves could not be read`;
  const { storefront, ...others } = shas;
  const [release, ...more] = [...new Set(rule === 'same-sha' ? Object.values(shas) : Object.values(others))];
  if (more.length > 0) return rule === 'same-sha' ? 'the rule is the same commit on every surface' : 'only the storefront may lag';
  if (rule === 'same-sha' || storefront === undefined || release === undefined || storefront === release) return null;
  if (previousSha === '') return 'the storefront may lag by one release, and which commit that was is not known: give input `previous-sha`';
  return storefront === previousSha ? null : `the storefront may lag by one release, and that was ${shortSha(previousSha)}`;
}
