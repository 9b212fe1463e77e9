import { putIgnoringCase } from '../expressions/values.ts';
import type { JobState } from './job-state.ts';

/** What a step's processes change for the steps after it. */
export interface Effects {
  environment(name: string, value: string): void;
  path(entry: string): void;
}

/** At once, as for every step in the foreground. */
export function jobEffects(job: JobState): Effects {
  return {
    environment: (name, value) => void (job.environment[name] = value),
    path: (entry) => addPath(job.path, entry),
  };
}

/** Kept until the wait that covers the background step (B2). */
export function deferredEffects(job: JobState): Effects & { flush(): void } {
  const environment: Record<string, string> = {};
  const path: string[] = [];
  return {
    environment: (name, value) => putIgnoringCase(environment, name, value),
    path: (entry) => addPath(path, entry),
    flush: () => {
      Object.assign(job.environment, environment);
      for (const entry of path) addPath(job.path, entry);
    },
  };
}

/** A repeated entry moves to the front of PATH, which is the end of this list (F5). */
function addPath(path: string[], entry: string): void {
  const known = path.indexOf(entry);
  if (known >= 0) path.splice(known, 1);
  path.push(entry);
}
