import { UserError } from '@vendure-deploy/shared/action';
import type { WorkerSurface } from '@vendure-deploy/shared/config';

type Configured = WorkerSurface['gradual'];

const WHOLE = /^[1-9]\d{0,2}$/u;
const SECONDS = /^\d{1,4}$/u;
const STEPS: readonly number[] = [10, 50, 100];
const SOAK_SECONDS = 60;
const LONGEST_SOAK = 3600;

/** The percentages of a plan, each one watched before the next. @throws {UserError} unless they are whole, rise, and end at 100 */
export function readSteps(given: string, configured?: Configured): readonly number[] {
  const ownSteps = given === '' ? (configured?.steps ?? STEPS) : null;
  const words = given.split(/[\s,]+/u).filter((word) => word !== '');
  const steps = ownSteps ?? words.map(Number);
  const rises = steps.every((step, at) => at === 0 || step > (steps[at - 1] ?? 0));
  if (words.every((word) => WHOLE.test(word)) && rises && steps.at(-1) === 100) return steps;
  const said = ownSteps === null ? `input \`steps\` is ${JSON.stringify(given)}` : `the configuration's \`gradual.steps\` are ${steps.join(', ')}`;
  throw new UserError(`cf-worker-deploy: ${said}. Allowed: whole percentages that rise and end at 100. Leave it empty to use "10, 50, 100".`);
}

/** How long each step is watched, in seconds. @throws {UserError} */
export function readSoak(given: string, configured?: Configured): number {
  if (given === '') return configured?.['soak-seconds'] ?? SOAK_SECONDS;
  const seconds = Number(given);
  if (SECONDS.test(given) && seconds <= LONGEST_SOAK) return seconds;
  throw new UserError(`cf-worker-deploy: input \`soak-seconds\` is ${JSON.stringify(given)}. Allowed: a whole number of seconds from 0 to ${LONGEST_SOAK}. Leave it empty to use the configuration's, or ${SOAK_SECONDS}.`);
}
