import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Evidence, evidenceOf, logTail } from '@vendure-deploy/shared/diagnosis';
import { githubRuns } from '@vendure-deploy/shared/providers/github';
import type { Github } from '../last-deploy.ts';

const MOST_BYTES = 100 * 1024 * 1024;
// What an action says of how it ended stands in its annotation, with its name before it.
const RUNNER_TIME = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/u;

/** The end of each file, or of standard input. @throws {Error} a file that cannot be read */
export async function fromTexts(files: readonly string[], input: Readable): Promise<readonly Evidence[]> {
  const sources = files.length === 0 ? [{ phase: '', stream: input }] : files.map((file) => ({ phase: file, stream: createReadStream(file) }));
  return Promise.all(sources.map(async ({ phase, stream }) => {
    const tail = logTail();
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) tail.take(line.replace(RUNNER_TIME, ''));
    return { phase, reasonCode: '', check: '', lines: tail.lines() };
  }));
}

/** The jobs of a run that did not succeed, each by the end of its log. @throws {ProviderError} */
export async function fromRun({ http, token, repository, apiUrl }: Github, run: number): Promise<readonly Evidence[]> {
  const runs = githubRuns({ http, token, apiUrl });
  const failed = (await runs.jobs(repository, run)).filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'cancelled' || conclusion === 'timed_out');
  return Promise.all(failed.map(async ({ id, name }) => {
    const tail = logTail();
    const read = await runs.readLog(repository, id, MOST_BYTES, (line) => tail.take(line));
    const [evidence] = evidenceOf({ phase: name.split(' / ').at(-1) ?? name, document: null, log: read.kind === 'absent' ? [`the log is not there: ${read.why}`] : tail.lines() });
    return evidence ?? { phase: name, reasonCode: '', check: '', lines: [] };
  }));
}
