import { randomUUID } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { asText, textOf, valueOf } from '../expressions/evaluate.ts';
import { shellOf } from '../shells/shell.ts';
import type { StepWork } from '../plan/types.ts';
import { runCommanded } from './commanded.ts';
import { contextsOf, statusOf } from './scope.ts';
import { identity } from './identity.ts';
import type { Work, Worked } from './work-request.ts';

/** A `run:` step. The job's defaults never reach into a composite (H3). */
export async function runScript(work: Work, { script, shell, workingDirectory }: Extract<StepWork, { kind: 'run' }>): Promise<Worked> {
  const { scope } = work;
  const { job } = scope;
  const contexts = contextsOf(scope, work.environment, identity(work, null));
  const defaults = scope.inputs === null ? job.defaults : { shell: '', workingDirectory: '' };
  const given = shell === null ? '' : asText(valueOf(shell, contexts, statusOf(scope)));
  const folder = workingDirectory === null ? defaults.workingDirectory : textOf(workingDirectory, contexts, statusOf(scope));
  const cwd = isAbsolute(folder) ? folder : join(job.workspace, folder);
  const search = [...job.path].reverse().concat(job.request.run.options.environment['PATH'] ?? '').join(':');
  const chosen = shellOf(given === '' ? defaults.shell : given, search);
  const file = join(job.temp, `${randomUUID()}${chosen.extension}`);
  writeFileSync(file, chosen.body(textOf(script, contexts, statusOf(scope))));
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Error(`An error occurred trying to start process '${chosen.command}' with working directory '${cwd}'. No such file or directory`);
  }
  const { exitCode, failed } = await runCommanded({ ...work, command: chosen.command, args: chosen.argumentsFor(file), cwd, variables: {}, github: identity(work, null), saved: null });
  if (exitCode !== 0 && work.limit.reason() === null) job.log.annotate(work.log, { level: 'error', message: `Process completed with exit code ${exitCode ?? 'none'}.` });
  return exitCode === 0 && !failed ? 'success' : 'failure';
}
