import { createInterface } from 'node:readline/promises';
import type { Foreseen } from '@vendure-deploy/runner';
import { Refusal } from './refusal.ts';

const APPROVAL = '-approval';

/**
 * Pure. Whose name has to be typed before the run starts: of the environment whose reviewers GitHub would ask, or of production, as GitHub itself tells one by its
 * name, where a job of the run may write. null: of none.
 */
export function toConfirm(jobs: readonly Pick<Foreseen, 'environment' | 'permissions'>[], inputs: Readonly<Record<string, unknown>>): string | null {
  if (inputs['dry_run'] === true) return null;
  const environments = jobs.map(({ environment }) => environment ?? '');
  const reviewed = environments.find((one) => one.endsWith(APPROVAL));
  if (reviewed !== undefined) return reviewed.slice(0, -APPROVAL.length);
  const writes = jobs.some(({ permissions }) => permissions['contents'] === 'write');
  // Where only the run itself will know, it may be production.
  return writes && jobs.some(({ environment }) => environment === null || environment === 'production') ? 'production' : null;
}

/** Pure. GitHub's reviewers are the operator here, who has been asked. */
export function approvals(jobs: readonly Pick<Foreseen, 'environment'>[]): Record<string, 'yes'> {
  return Object.fromEntries(jobs.flatMap(({ environment }) => (environment?.endsWith(APPROVAL) === true ? [[environment, 'yes' as const]] : [])));
}

interface Asking {
  readonly wanted: string | null;
  readonly given: string | null;
  readonly environments: readonly string[];
  /** What is about to happen, in a sentence. */
  readonly what: string;
  /** The command line, to be typed with --confirm. */
  readonly command: string;
  /** null: nobody can be asked. */
  readonly terminal: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream } | null;
  readonly signal: AbortSignal;
}

/** @returns false: the operator said something else @throws {Refusal} */
export async function confirmed({ wanted, given, environments, what, command, terminal, signal }: Asking): Promise<boolean> {
  if (given !== null && given !== wanted && !(wanted === null && environments.includes(given))) {
    throw new Refusal(`--confirm is "${given}", and ${wanted === null ? `this run is about ${environments.join(' and ') || 'no environment'}` : `what has to be confirmed is "${wanted}"`}. Nothing was started`);
  }
  if (wanted === null || given === wanted) return true;
  if (terminal === null) throw new Refusal(`${what}, and there is no terminal at which to ask. Nothing was started. Say that it is meant:  ${command} --confirm ${wanted}`);
  const asking = createInterface(terminal);
  try {
    return (await asking.question(`${what}.\nType ${wanted} to go on: `, { signal })).trim() === wanted;
  } catch {
    return false;
  } finally {
    asking.close();
  }
}
