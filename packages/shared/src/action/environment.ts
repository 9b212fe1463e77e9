import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Secret } from '../secrets/index.ts';
import type { Clock, RunContext } from './definition.ts';
import { hide } from './hide.ts';
import { readLaptop } from './laptop.ts';

export const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => setTimeout(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Read from the variables themselves: @actions/github brings undici along, and its exports hide the part without it. */
export function runContext(environment: NodeJS.ProcessEnv): RunContext {
  const text = (name: string): string => environment[name] ?? '';
  const serverUrl = text('GITHUB_SERVER_URL') || 'https://github.com';
  const laptop = readLaptop(environment);
  return {
    repository: text('GITHUB_REPOSITORY'),
    runId: Number(text('GITHUB_RUN_ID')),
    runAttempt: Number(text('GITHUB_RUN_ATTEMPT')),
    job: text('GITHUB_JOB'),
    actor: text('GITHUB_ACTOR'),
    sha: text('GITHUB_SHA'),
    ref: text('GITHUB_REF'),
    serverUrl,
    apiUrl: text('GITHUB_API_URL') || 'https://api.github.com',
    runUrl: laptop === null ? `${serverUrl}/${text('GITHUB_REPOSITORY')}/actions/runs/${text('GITHUB_RUN_ID')}/attempts/${text('GITHUB_RUN_ATTEMPT') || '1'}` : `a laptop, ${laptop.user}@${laptop.host}`,
    eventName: text('GITHUB_EVENT_NAME'),
    eventPath: text('GITHUB_EVENT_PATH'),
    // owner/name/.github/workflows/<file>@<ref>
    workflowFile: /\/([^/@]+)@/u.exec(text('GITHUB_WORKFLOW_REF'))?.[1] ?? '<workflow>',
    ...(laptop === null ? {} : { laptop }),
  };
}

export function folders(environment: NodeJS.ProcessEnv): { workspace: string; temporary: string } {
  return { workspace: environment['GITHUB_WORKSPACE'] ?? process.cwd(), temporary: environment['RUNNER_TEMP'] ?? tmpdir() };
}

export function rawInput(name: string): string {
  return process.env[variableOf(name)] ?? '';
}

/** Masked, registered, and gone from the environment, so that no child and no dump of the environment has it. */
export function takeSecret(name: string): Secret {
  return hide(takeInput(name));
}

/** Gone from the environment, and not masked yet. */
export function takeInput(name: string): string {
  return takeVariable(variableOf(name));
}

export function takeVariable(variable: string): string {
  const value = (process.env[variable] ?? '').trim();
  delete process.env[variable];
  return value;
}

/** As GitHub's runner names it: upper case, spaces to underscores, hyphens kept. */
function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}
