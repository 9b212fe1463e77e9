import { z } from 'zod';

/** The variable by which `script/deploy` tells the actions that it starts that no run of GitHub is around them, and whose machine it is. */
export const LAPTOP_VARIABLE = 'VENDURE_DEPLOY_LAPTOP';

/** One deploy from an operator's own machine. */
export type Laptop = z.infer<typeof laptop>;

const laptop = z.object({
  /** Of this deploy, as a run's number is of a run: no two are the same. */
  id: z.string().min(1),
  /** Who sits before it, by the machine's own word. */
  user: z.string(),
  host: z.string(),
  pid: z.number().int(),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  /** The command line that started it: what is typed to do the same again. */
  command: z.string(),
  /** A folder: one file per lock that is held, so that its machine keeps it renewed. */
  holds: z.string(),
});

/** @returns null: a runner of GitHub's */
export function readLaptop(environment: NodeJS.ProcessEnv): Laptop | null {
  const text = environment[LAPTOP_VARIABLE] ?? '';
  return text === '' ? null : laptop.parse(JSON.parse(text));
}

/** GitHub knows nothing of a deploy from a laptop, so its commands would lead nowhere: each becomes the one that does the same from there. */
export function inWordsOf({ command }: Pick<Laptop, 'command'>, text: string): string {
  return text
    .replaceAll(/\bgh workflow run ([\w.-]+?)(?:\.ya?ml)?(?: -R [\w.-]+\/[\w.-]+)?(?=[\s`]|$)/gu, 'script/deploy $1')
    .replaceAll(/\bgh run rerun \d+(?: --failed)?/gu, () => command);
}

/** The same for every text of a document. */
export function documentInWordsOf<T>(from: Pick<Laptop, 'command'> | null, document: T): T {
  if (from === null) return document;
  return JSON.parse(JSON.stringify(document, (_, value: unknown) => (typeof value === 'string' ? inWordsOf(from, value) : value))) as T;
}
