import { markdownCell } from '@vendure-deploy/shared/action';
import { secondsOf, type SlaReading } from '@vendure-deploy/shared/release';
import type { Phase } from './phases.ts';
import type { JobTime, Timeline } from './timeline.ts';

/** What the deploy took against the promise: the whole, the phases by their own clocks, what it waited for, and the course as a picture. */
export function timeSection(sla: SlaReading, phases: readonly Phase[], timeline: Timeline | null, startedAt: number): string[] {
  return [
    `### Time: ${secondsOf(sla.seconds)} s of ${sla.budgetSeconds} s (${sla.status})`,
    '',
    ...(timeline === null || timeline.jobs.length === 0 ? [] : [`Critical path: ${timeline.critical.map(({ job, seconds }) => `${job ?? 'waiting'} ${secondsOf(seconds)}`).join(' → ')}.${slowestOf(timeline)}`, '']),
    '| phase | result | seconds |',
    '|---|---|---|',
    ...phases.map((phase) => `| ${phase.name} | ${phase.result} | ${phase.seconds === 0 ? '' : phase.seconds.toFixed(1)} |`),
    '',
    ...(timeline === null || timeline.jobs.length === 0 ? [] : gantt(timeline, startedAt)),
  ];
}

export function slowestOf({ slowest }: Timeline): string {
  if (slowest === null) return '';
  const step = slowest.step === null ? '' : `, of which "${slowest.step.name}" ${secondsOf(slowest.step.seconds)} s`;
  return ` Slowest of it: ${slowest.job}, ${secondsOf(slowest.seconds)} s${step}.`;
}

/** GitHub draws it. Times since the start of the run, as minutes and seconds; red is what all of the deploy waited for. */
function gantt({ jobs, critical }: Timeline, startedAt: number): string[] {
  const isCritical = ({ name }: JobTime): boolean => critical.some(({ job }) => job === name);
  const rows = jobs.map((job) => `    ${plain(job.name)} :${isCritical(job) ? 'crit, ' : ''}${Math.max(0, Math.round(job.from - startedAt))}, ${Math.max(1, Math.round(job.to - startedAt))}`);
  return ['```mermaid', 'gantt', '    dateFormat x', '    axisFormat %M:%S', ...rows, '```', ''];
}

/** A colon or a semicolon would end the name, a # begin a comment. */
function plain(name: string): string {
  return markdownCell(name).replaceAll(/[:;#,`]/gu, ' ');
}
