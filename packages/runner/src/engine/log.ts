import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Masker } from '../masking/masker.ts';
import type { Annotation } from '../outcome.ts';
import type { Run } from './run.ts';

export interface JobLog {
  /** One line of a step, masked before it goes anywhere. */
  line(step: string, text: string): void;
  /** @param shown what the log says in the place of the message */
  annotate(step: string, annotation: Pick<Annotation, 'level' | 'message'> & Partial<Omit<Annotation, 'job'>>, shown?: string): void;
  /** `##[debug]`, only when the debug secret or variable says so (C10). */
  debug(step: string, text: string): void;
  close(): Promise<void>;
}

// GitHub shows ten annotations of a level for a step and cuts a message at 4096 characters (C9).
const MOST_OF_A_LEVEL = 10;
const LONGEST_MESSAGE = 4096;

interface Logged {
  readonly run: Run;
  readonly job: string;
  /** Its name below `jobs/`. */
  readonly folder: string;
  readonly masker: Masker;
  readonly debugging: boolean;
}

export async function createJobLog({ run, job, folder: name, masker, debugging }: Logged): Promise<JobLog> {
  const folder = join(run.options.out, 'jobs', name);
  // Of the attempt before, when this is a re-run.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const streams = new Map<string, WriteStream>();
  const counts = new Map<string, number>();
  const line = (step: string, text: string): void => {
    const masked = masker.mask(text);
    let stream = streams.get(step);
    if (stream === undefined) {
      stream = createWriteStream(join(folder, `${fileName(step)}.log`), { flags: 'a' });
      streams.set(step, stream);
    }
    stream.write(`${masked}\n`);
    run.log.push(`${job} | ${step} | ${masked}`);
    run.options.observer?.line(job, step, masked);
  };
  return {
    line,
    annotate: (step, { level, message, ...place }, shown = message) => {
      const key = `${step} ${level}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      line(step, `##[${level}]${shown}`);
      if (count > MOST_OF_A_LEVEL) return;
      const title = place.title === undefined || place.title === null ? null : masker.mask(place.title);
      run.annotations.push({ job, level, message: masker.mask(message).slice(0, LONGEST_MESSAGE), file: null, line: null, ...place, title });
    },
    debug: (step, text) => {
      if (debugging) for (const part of text.split('\n')) line(step, `##[debug]${part}`);
    },
    close: async () => {
      await Promise.all([...streams.values()].map((stream) => finished(stream.end())));
    },
  };
}

/** A folder's name for a job that no other job of the run has: `a (c)` and `a (c++)`, or two legs of the same values, run side by side. */
export function folderOf(run: Run, job: string): string {
  const plain = fileName(job);
  let name = plain;
  for (let count = 2; run.folders.has(name); count += 1) name = `${plain}_${count}`;
  run.folders.add(name);
  return name;
}

function fileName(text: string): string {
  return text.replaceAll(/[^\w.-]+/gu, '_');
}
