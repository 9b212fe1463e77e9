import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Evidence, evidenceOf, logTail } from '@vendure-deploy/shared/diagnosis';
import { githubRuns } from '@vendure-deploy/shared/providers/github';
import type { Github } from '../last-deploy.ts';

const MOST_BYTES = 100 * 1024 * 1024;
// A log that was downloaded has GitHub's time before each line.
const RUNNER_TIME = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]+Z ?/u;

/** The end of each file, or of standard input. @throws {Error} a file that cannot be read */
export async function fromTexts(files: readonly string[], input: Readable): Promise<readonly Evidence[]> {
  const sources = files.length === 0 ? [{ phase: '', stream: input }] : files.map((file) => ({ phase: file, stream: createReadStream(file) }));
  const evidence = sources.map(async ({ phase, stream }) => {
    const tail = logTail();
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) tail.take(line.replace(RUNNER_TIME, ''));
    return evidenceOf({ phase, document: null, log: tail.lines() });
  });
  return (await Promise.all(evidence)).flat();
}

/** The jobs of a run that did not succeed, each by the end of its log. @throws {ProviderError} */
export async function fromRun({ http, token, repository, apiUrl }: Github, run: number): Promise<readonly Evidence[]> {
  const runs = githubRuns({ http, token, apiUrl });
  const failed = (await runs.jobs(repository, run)).filter(({ conclusion }) => conclusion === 'failure' || conclusion === 'cancelled' || conclusion === 'timed_out');
  const evidence = failed.map(async ({ id, name }) => {
    const tail = logTail();
    const read = await runs.readLog(repository, id, MOST_BYTES, (line) => tail.take(line));
    return evidenceOf({ phase: name.split(' / ').at(-1) ?? name, document: null, log: read.kind === 'absent' ? [`the log is not there: ${read.why}`] : tail.lines() });
  });
  return (await Promise.all(evidence)).flat();
}
