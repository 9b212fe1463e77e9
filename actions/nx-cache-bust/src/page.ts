import { markdownCell, markdownCode } from '@vendure-deploy/shared/action';
import type { CacheEntry, WorkflowRun } from '@vendure-deploy/shared/providers/github';
import type { Plan } from './plan.ts';
import type { Search } from './wanted.ts';

interface Shown {
  readonly search: Search;
  readonly plan: Plan;
  readonly deleted: readonly CacheEntry[];
  readonly left: readonly CacheEntry[];
  readonly saving: readonly WorkflowRun[];
  readonly dryRun: boolean;
  readonly headline: string;
}

// A summary has room for some thousand rows; more than these nobody reads.
const MOST_ROWS = 200;

export function pageOf({ search, plan, deleted, left, saving, dryRun, headline }: Shown): string {
  const outcome = ({ id }: CacheEntry): string => {
    if (left.some((entry) => entry.id === id)) return dryRun ? 'would be deleted' : 'is there';
    return deleted.some((entry) => entry.id === id) ? 'deleted' : '';
  };
  const rows = plan.targets.slice(0, MOST_ROWS).map((entry) => `| ${entry.id} | ${markdownCode(entry.key)} | ${markdownCell(entry.ref)} | ${markdownCode(entry.version.slice(0, 8))} | ${entry.createdAt} | ${entry.bytes} | ${outcome(entry)} |`);
  const next = plan.next.map(({ key, before, after }) => `| ${markdownCode(key)} | ${nameOf(before)} | ${nameOf(after)} |`);
  return [
    '### Nx cache', '', markdownCell(headline), '',
    ...(rows.length === 0 ? [] : ['| id | key | ref | version | since | bytes | |', '|---|---|---|---|---|---|---|', ...rows, '']),
    ...(plan.targets.length > MOST_ROWS ? [`and ${plan.targets.length - MOST_ROWS} more`, ''] : []),
    ...(next.length === 0 ? [] : [`Looked for on ${search.wanted.refs?.map(markdownCode).join(', then ') ?? 'every ref'}:`, '', '| a job asks for | it would restore now | and without these |', '|---|---|---|', ...next, '']),
    ...saving.map(({ url }) => `- may save again what it restored: ${url}`),
    '',
  ].join('\n');
}

function nameOf(entry: CacheEntry | null): string {
  return entry === null ? 'nothing' : `${markdownCode(entry.key)} of ${markdownCell(entry.ref)}`;
}
