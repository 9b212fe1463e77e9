import type { JobOutcome, Result } from '@vendure-deploy/runner';

/** How the phases of a run stand, for a person who looks at it. */
export interface Progress {
  readonly title: string;
  readonly startedAt: number;
  /** null: the configuration was not read. */
  readonly budgetSeconds: number | null;
  readonly phases: ReadonlyMap<string, Phase>;
  /** What the operator should know while it runs. */
  readonly notice: string;
}

export interface Phase {
  readonly state: 'waiting' | 'running' | Result;
  /** Milliseconds since the epoch, while it runs. */
  readonly since: number;
  readonly seconds: number;
  /** What its steps wrote last. */
  readonly line: string;
}

const SIGNS: Readonly<Record<Phase['state'], string>> = { waiting: '·', running: '▸', success: '✓', failure: '✗', cancelled: '⊘', skipped: '-' };

/** Pure. The screen while it runs, one line each, none longer than the terminal is wide. */
export function screenOf(progress: Progress, now: number, columns: number): string {
  const names = shortNames([...progress.phases.keys()]);
  const width = Math.max(0, ...names.values().map((name) => name.length));
  const rows = [...progress.phases].map(([id, phase]) => {
    const seconds = phase.state === 'running' ? (now - phase.since) / 1000 : phase.seconds;
    const time = phase.state === 'waiting' || phase.state === 'skipped' ? '' : `${seconds.toFixed(1)} s`;
    return `  ${SIGNS[phase.state]} ${(names.get(id) ?? id).padEnd(width)}  ${phase.state.padEnd(9)}  ${time.padStart(8)}  ${phase.state === 'running' ? phase.line : ''}`.trimEnd();
  });
  const picture = [`${progress.title}   ${clockOf(progress, now)}`, ...rows].map((line) => cut(line, columns));
  // A notice is read whole, on as many lines as it takes.
  return [...picture, ...(progress.notice === '' ? [] : ['', progress.notice])].join('\n');
}

/** Pure. What the whole run has taken, and what is left of its budget. */
export function clockOf({ startedAt, budgetSeconds }: Pick<Progress, 'startedAt' | 'budgetSeconds'>, now: number): string {
  const seconds = Math.round((now - startedAt) / 1000);
  if (budgetSeconds === null) return `${seconds} s`;
  const left = budgetSeconds - seconds;
  return `${seconds} s of ${budgetSeconds} s, ${left >= 0 ? `${left} s left` : `${-left} s over`}`;
}

/** Pure. Without the callers that all of them share. */
export function shortNames(ids: readonly string[]): Map<string, string> {
  const last = ids.map((id) => id.split(' / ').at(-1) ?? id);
  const isPlain = new Set(last).size === ids.length;
  return new Map(ids.map((id, index) => [id, isPlain ? (last[index] ?? id) : id]));
}

/** One change, for a log. */
export function lineOf(id: string, job: JobOutcome | null, clock: string): string {
  return job === null ? `${id} …` : `${id}: ${job.result}${job.result === 'skipped' ? '' : ` (${job.seconds.toFixed(1)} s; ${clock})`}`;
}

function cut(line: string, columns: number): string {
  // A wide character takes two columns: rather too short than a line that wraps, which could not be drawn over.
  const room = columns - 1;
  let used = 0;
  let text = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    used += (segment.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
    if (used > room) return `${text.slice(0, -1)}…`;
    text += segment;
  }
  return text;
}
