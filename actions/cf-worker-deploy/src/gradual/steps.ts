import { UserError } from '@vendure-deploy/shared/action';

const WHOLE = /^[1-9]\d{0,2}$/u;

/** The percentages of a plan, each one watched before the next. @throws {UserError} unless they are whole, rise, and end at 100 */
export function readSteps(given: string): readonly number[] {
  const words = given.split(/[\s,]+/u).filter((word) => word !== '');
  const steps = words.map(Number);
  const rises = steps.every((step, at) => at === 0 || step > (steps[at - 1] ?? 0));
  if (words.every((word) => WHOLE.test(word)) && rises && steps.at(-1) === 100) return steps;
  throw new UserError(`cf-worker-deploy: input \`steps\` is ${JSON.stringify(given)}. Allowed: whole percentages that rise and end at 100. Leave it empty to use "10, 50, 100".`);
}
