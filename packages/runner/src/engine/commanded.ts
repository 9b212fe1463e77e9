import type { Json } from '../expressions/evaluate.ts';
import { runProcess } from '../processes/start.ts';
import { commandChannel } from './channel.ts';
import { openFiles, takeFiles } from './command-files.ts';
import { standardVariables } from './scope.ts';
import type { Work } from './work-request.ts';

export interface Commanded extends Pick<Work, 'scope' | 'environment' | 'limit' | 'effects' | 'log' | 'onLine' | 'outputs'> {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** STATE_ and INPUT_. */
  readonly variables: Readonly<Record<string, string>>;
  /** `github.action` and its relatives while this process runs. */
  readonly github: Readonly<Record<string, Json>>;
  /** ACTIONS_RUNTIME_URL and the like, for JavaScript actions. */
  readonly services?: Readonly<Record<string, string>>;
  /** Where saved state goes; null for scripts, which have none. */
  readonly saved: Record<string, string> | null;
}

/** One process under GitHub's two command channels: lines on its output, and files, read also when it failed (F1). */
export async function runCommanded(work: Commanded): Promise<{ exitCode: number | null; failed: boolean }> {
  const { job } = work.scope;
  const { run } = job.request;
  const files = openFiles(job);
  const channel = commandChannel(work);
  try {
    const { exitCode } = await runProcess({
      command: work.command,
      args: work.args,
      cwd: work.cwd,
      environment: environmentOf(work, files, await job.request.machine.environmentOf(work.log)),
      signal: work.limit.signal,
      kill: run.kill.signal,
      grace: run.timing,
      onLine: (line) => {
        channel.take(line);
        work.onLine(line);
      },
    });
    return { exitCode, failed: takeFiles(work, files) || channel.failed() };
  } catch (error) {
    takeFiles(work, files);
    throw error;
  }
}

/** Base, job, step, state and inputs, PATH, and last what nobody can override (A2). */
function environmentOf(work: Commanded, files: Readonly<Record<string, string>>, machine: Readonly<Record<string, string>>): Record<string, string> {
  const { job, environment } = work.scope;
  const { options } = job.request.run;
  // CI is true unless the workflow's env says otherwise (S11); RUNNER_TRACKING_ID can be unset by a process that wants to stay.
  const merged: Record<string, string> = {
    ...options.environment,
    ...machine,
    CI: 'true',
    RUNNER_TRACKING_ID: job.trackingId,
    ...job.environment,
    ...environment,
    ...work.environment,
    ...work.variables,
  };
  const path = [...job.path].reverse().concat(merged['PATH'] ?? '').join(':');
  return { ...merged, PATH: path, ...standardVariables(work.scope, work.github), ...files, ...work.services };
}
