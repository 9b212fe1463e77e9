import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPairs } from '../commands/pairs.ts';
import { putIgnoringCase } from '../expressions/values.ts';
import type { Commanded } from './commanded.ts';
import type { JobState } from './job-state.ts';

const FILES = { GITHUB_OUTPUT: 'set_output', GITHUB_ENV: 'set_env', GITHUB_PATH: 'add_path', GITHUB_STATE: 'save_state', GITHUB_STEP_SUMMARY: 'step_summary' } as const;
export type Files = Readonly<Record<keyof typeof FILES, string>>;

// GitHub drops a step summary above 1 MiB with an error; the step stays green (F7).
const LONGEST_SUMMARY = 1024 * 1024;

/**
 * Fresh empty files for one process (F1), and event.json as it is at this moment (A8). All of this is synchronous: the files are small and local, and a
 * turn through the thread pool for each would take a step more time than its own process (`script/bench rehearse`).
 */
export function openFiles(job: JobState): Files {
  const folder = join(job.temp, '_runner_file_commands');
  const id = randomUUID();
  const files = Object.fromEntries(Object.entries(FILES).map(([variable, name]) => [variable, join(folder, `${name}_${id}`)])) as Record<keyof typeof FILES, string>;
  for (const path of Object.values(files)) writeFileSync(path, '');
  writeFileSync(join(job.temp, '_github_workflow/event.json'), JSON.stringify(job.request.run.event));
  return files;
}

/** @returns whether a file had a line that GitHub refuses: then the step has failed, and the pairs before it stay (F3) */
export function takeFiles(work: Commanded, files: Files): boolean {
  const { job } = work.scope;
  let failed = false;
  const problem = (message: string): void => job.log.annotate(work.log, { level: 'error', message });
  const pairsOf = (variable: keyof typeof FILES, take: (name: string, value: string) => void): void => {
    const { pairs, error } = readPairs(textOf(files[variable]));
    for (const [name, value] of pairs) take(name, value);
    if (error === null) return;
    failed = true;
    problem(`Unable to process file command '${FILES[variable].split('_').pop() ?? ''}' successfully.`);
    problem(error);
  };
  for (const line of textOf(files.GITHUB_PATH).split(/\r?\n/u)) if (line !== '') work.effects.path(line);
  pairsOf('GITHUB_ENV', (name, value) => {
    if (name.toUpperCase() === 'NODE_OPTIONS') problem("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    else work.effects.environment(name, value);
  });
  takeSummary(work, files.GITHUB_STEP_SUMMARY, problem);
  pairsOf('GITHUB_STATE', (name, value) => {
    if (work.saved !== null) putIgnoringCase(work.saved, name, value);
  });
  pairsOf('GITHUB_OUTPUT', (name, value) => putIgnoringCase(work.outputs, name, value));
  for (const file of Object.values(files)) rmSync(file, { force: true });
  return failed;
}

function takeSummary({ scope }: Commanded, file: string, problem: (message: string) => void): void {
  const { job } = scope;
  const markdown = textOf(file);
  if (markdown === '') return;
  const size = Buffer.byteLength(markdown);
  if (size > LONGEST_SUMMARY) return problem(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${Math.floor(size / 1024)}k. For more information see: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-markdown-summary`);
  job.request.run.summaries.push({ job: job.request.id, markdown: markdown.split('\n').map((line) => job.masker.mask(line)).join('\n') });
}

/** A process may have removed its file, or put a folder there: then it said nothing. */
function textOf(file: string): string {
  try {
    if (statSync(file).size === 0) return '';
    const text = readFileSync(file, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch {
    return '';
  }
}
