import { stripVTControlCharacters } from 'node:util';
import type { Foreseen, RunObserver } from '@vendure-deploy/runner';
import { clockOf, lineOf, type Phase, type Progress, screenOf, shortNames } from './view.ts';

interface Showing {
  readonly title: string;
  readonly jobs: readonly Foreseen[];
  readonly startedAt: number;
  readonly budgetSeconds: number | null;
  readonly isLive: boolean;
  readonly output: NodeJS.WriteStream;
  now(): number;
}

export interface Screen {
  readonly observer: RunObserver;
  notice(text: string): void;
  /** Phases that are at work, and for how many seconds. */
  running(): readonly { readonly name: string; readonly seconds: number; readonly line: string }[];
  /** What each phase wrote last. */
  lastLines(): readonly { readonly name: string; readonly line: string }[];
  /** The last picture stays. */
  close(): void;
}

const EVERY_MS = 200;
const FALLBACK_COLUMNS = 100;

/** Shows a run while it goes on: drawn over in place on a terminal, else a line for each change. */
export async function showRun({ title, jobs, startedAt, budgetSeconds, isLive, output, now }: Showing): Promise<Screen> {
  const phases = new Map<string, Phase>(jobs.map(({ id }) => [id, { state: 'waiting', since: 0, seconds: 0, line: '' }]));
  const names = shortNames([...phases.keys()]);
  let notice = '';
  let isClosed = false;
  const progress = (): Progress => ({ title, startedAt, budgetSeconds, phases, notice });
  const say = (text: string): void => { output.write(`deploy: ${text}\n`); };
  // Only where it is drawn: without a terminal nothing of it is loaded.
  const draw = isLive ? (await import('log-update')).createLogUpdate(output) : null;
  const timer = draw === null ? undefined : setInterval(() => draw(screenOf(progress(), now(), output.columns ?? FALLBACK_COLUMNS)), EVERY_MS);
  const change = (id: string, phase: Partial<Phase>): void => { phases.set(id, { state: 'waiting', since: 0, seconds: 0, line: '', ...phases.get(id), ...phase }); };
  if (draw === null) say(title);
  return {
    observer: {
      jobStarted(id) {
        change(id, { state: 'running', since: now() });
        if (draw === null) say(`  ${lineOf(names.get(id) ?? id, null, '')}`);
      },
      jobEnded(job) {
        change(job.id, { state: job.result, seconds: job.seconds });
        if (draw === null) say(`  ${lineOf(names.get(job.id) ?? job.id, job, clockOf(progress(), now()))}`);
      },
      line(job, _step, text) {
        const line = plain(text);
        if (line !== '') change(job, { line });
      },
    },
    notice(text) {
      notice = notice === '' ? text : `${notice}\n${text}`;
      if (draw === null) say(text);
    },
    running: () => [...phases].filter(([, { state }]) => state === 'running').map(([id, { since, line }]) => ({ name: names.get(id) ?? id, seconds: (now() - since) / 1000, line })),
    lastLines: () => [...phases].flatMap(([id, { state, line }]) => (state === 'skipped' || line === '' ? [] : [{ name: names.get(id) ?? id, line }])),
    close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      draw?.(screenOf(progress(), now(), output.columns ?? FALLBACK_COLUMNS));
      draw?.done();
    },
  };
}

/** What a tool wrote must not move the cursor; what only structures a log is left out. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/^##\[(?:endgroup|group|error|warning|notice|debug)\]/u, '').replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
}
