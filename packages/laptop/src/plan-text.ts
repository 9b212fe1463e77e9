import type { Foreseen } from '@vendure-deploy/runner';

interface Planned {
  readonly title: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly jobs: readonly Foreseen[];
  readonly confirm: string | null;
  /** Names only. */
  readonly secrets: readonly string[];
}

/** Pure. What would run, for a person. */
export function planText({ title, inputs, jobs, confirm, secrets }: Planned): string {
  const width = Math.max(0, ...jobs.map(({ id }) => id.length));
  const rows = jobs.map(({ id, needs, environment, steps, permissions }) => {
    const may = Object.entries(permissions).filter(([, level]) => level === 'write').map(([scope]) => scope);
    return `  ${id.padEnd(width)}  ${String(steps).padStart(2)} steps${environment === '' ? '' : `, environment ${environment ?? 'by an earlier job'}`}${may.length === 0 ? '' : `, writes ${may.join(' and ')}`}${needs.length === 0 ? '' : `, after ${needs.map((need) => need.split(' / ').at(-1)).join(', ')}`}`;
  });
  const given = Object.entries(inputs).filter(([, value]) => value !== '' && value !== null).map(([name, value]) => `${name}=${String(value)}`);
  return [title, '', `inputs: ${given.join(' ')}`, `secrets at hand: ${secrets.join(', ') || 'none'}`, `to confirm: ${confirm ?? 'nothing'}`, '', ...rows, ''].join('\n');
}
