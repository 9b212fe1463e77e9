import type { Timeline } from './timeline.ts';

/**
 * What each job cost the deploy: its own time, and what passed right before it (a queue, the start of its machine). The forecast of the next deploy
 * is made of these: by the clocks of the actions alone it would forget a machine's start per phase.
 */
export function jobSeconds({ jobs, critical }: Timeline): Record<string, number> {
  const pauses = new Map(critical.flatMap(({ job }, at) => (job !== null && critical[at - 1]?.job === null ? [[job, critical[at - 1]?.seconds ?? 0]] : [])));
  return Object.fromEntries(jobs.map(({ name, from, to }) => [name, (to - from) / 1000 + (pauses.get(name) ?? 0)]));
}
