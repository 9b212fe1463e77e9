import { type Clock, markdownCell } from '@vendure-deploy/shared/action';

/** One question before the deploy, and what was found. */
export interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  seconds: number;
  /** What was read, and of whom. */
  evidence: string;
  /** What to type; empty when nothing is to be done. */
  next: string;
}

export type Finding = Omit<Check, 'name' | 'seconds'>;

/** A question that breaks is a failed check with its cause: the others are still asked. */
export async function check(name: string, clock: Clock, ask: () => Promise<Finding>): Promise<Check> {
  const started = clock.now();
  const finding = await ask().catch((error: unknown): Finding => ({
    status: 'failed', evidence: error instanceof Error ? error.message : String(error), next: 'Run it again; if it fails again, the provider is unwell or the token is wrong.',
  }));
  return { name, seconds: Math.round(clock.now() - started) / 1000, ...finding };
}

export function skipped(name: string, evidence: string): Check {
  return { name, status: 'skipped', seconds: 0, evidence, next: '' };
}

export function checksTable(checks: readonly Check[]): string {
  const rows = checks.map((one) => `| ${[one.name, one.status, one.seconds.toFixed(1), one.evidence, one.next].map(markdownCell).join(' | ')} |`);
  return ['| check | status | seconds | evidence | next |', '|---|---|---:|---|---|', ...rows, ''].join('\n');
}
