import { z } from 'zod';
import { UserError } from '../action/errors.ts';
import { input } from '../action/inputs.ts';
import type { EnvironmentConfig } from '../config/index.ts';
import { PHASES, type RunForecast } from '../release/index.ts';

/** Of each action that may be the first of a run to write. */
export const slaInputs = {
  'started-at': input.text({ description: 'Output `started-at` of preflight: when this attempt of the run began, RFC 3339; empty: GitHub is asked' }),
  forecast: input.text({ description: 'Output `forecast` of preflight: what each phase of this run usually takes; empty: whether the rest fits is not known, and stops nothing' }),
  'sla-seconds': input.text({ description: "Budget of the whole run; empty: the configuration's `sla-seconds`" }),
  workflow: input.text({ description: 'Workflow file that a printed command names, one that takes every surface; empty: the one that was started' }),
  'sla-strict': input.boolean({ description: 'Stop before the first write when the rest cannot fit into the budget; else that is a warning', default: 'false' }),
};

export interface SlaTerms {
  readonly budgetSeconds: number;
  /** Milliseconds since the epoch; null: nobody has told. */
  readonly startedAt: number | null;
  /** null: too little is known. */
  readonly forecast: RunForecast | null;
  readonly strict: boolean;
  /** That a command names; '': the one that was started. */
  readonly workflow: string;
}

interface Given {
  readonly 'started-at': string;
  readonly forecast: string;
  readonly 'sla-seconds': string;
  readonly 'sla-strict': boolean;
  readonly workflow: string;
}

/** @throws {UserError} for a value that is none */
export function slaTerms(given: Given, environment: string, place: EnvironmentConfig): SlaTerms {
  return { budgetSeconds: budgetOf(given['sla-seconds'], environment, place), startedAt: momentOf(given['started-at']), forecast: readForecast(given.forecast), strict: given['sla-strict'], workflow: given.workflow };
}

/** The input beats the configuration. @throws {UserError} naming both */
export function budgetOf(given: string, environment: string, { 'sla-seconds': configured }: EnvironmentConfig): number {
  if (given === '') return configured;
  if (/^[0-9]{1,15}$/u.test(given) && Number(given) > 0) return Number(given);
  throw new UserError(`input \`sla-seconds\` is ${JSON.stringify(given.slice(0, 200))}. Allowed: a whole number of seconds, 1 or more. Leave it empty to use \`environments.${environment}.sla-seconds\` (${configured}).`);
}

/** @returns null: nothing was given @throws {UserError} */
export function momentOf(given: string): number | null {
  const moment = given === '' ? null : Date.parse(given);
  if (Number.isNaN(moment)) throw new UserError(`input \`started-at\` is ${JSON.stringify(given.slice(0, 200))}. It takes a time such as 2026-01-31T12:00:00Z; leave it empty for the start of the run.`);
  return moment;
}

const seconds = z.number().min(0);
const forecast = z.object({ samples: z.int().min(1), phases: z.partialRecord(z.enum(PHASES), z.object({ seconds, job: seconds }).nullable()) });

function readForecast(given: string): RunForecast | null {
  if (given === '') return null;
  const read = forecast.safeParse(json(given));
  if (!read.success) throw new UserError(`input \`forecast\` is ${JSON.stringify(given.slice(0, 200))}. It takes the output \`forecast\` of preflight as it is; leave it empty where there is none.`);
  return read.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
