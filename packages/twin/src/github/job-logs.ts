import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notFound, Refusal } from './answers.ts';
import type { JobState } from './actions.ts';

/** What jobs wrote. Whoever performs a job says it. */
export interface JobLogs {
  /** null: kept once, and gone by GitHub's retention. */
  set(jobId: number, text: string | null): void;
  /** 302 to an address that is good for a minute; 404 while the job runs, 410 once the log is gone. */
  answer(job: JobState): Response;
}

export function createJobLogs(folder: string, signedUrl: (file: string) => string): JobLogs {
  const gone = new Set<number>();
  const fileOf = (id: number): string => join(folder, `${id}.txt`);
  return {
    set(jobId, text) {
      mkdirSync(folder, { recursive: true });
      if (text === null) gone.add(jobId);
      else writeFileSync(fileOf(jobId), text);
    },
    answer({ id, status }) {
      if (gone.has(id)) throw new Refusal(410, 'Gone');
      if (status !== 'completed' || !existsSync(fileOf(id))) throw notFound();
      return new Response(null, { status: 302, headers: { location: signedUrl(fileOf(id)) } });
    },
  };
}
