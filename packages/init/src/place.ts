import { lstat, mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import { createTwoFilesPatch } from 'diff';

/** A file that is proposed, beside what lies there. */
export interface Proposal {
  readonly path: string;
  readonly text: string;
  /** null: there is none yet. */
  readonly before: string | null;
  /** What lies there is what script/init itself has written, and nobody has changed it since. */
  readonly isOurs: boolean;
  /** It differs in nothing that matters. */
  readonly isSame?: boolean;
}

/** `kept`: a person's file differs from what is proposed. */
export type State = 'new' | 'unchanged' | 'updated' | 'kept';

export interface Placed extends Proposal {
  readonly state: State;
  /** '' when nothing differs. */
  readonly diff: string;
}

/** Pure. What a person has written stays, unless they say otherwise. */
export function decide({ path, text, before, isOurs, isSame = before === text }: Proposal, force: boolean): Placed {
  const state: State = before === null ? 'new' : isSame ? 'unchanged' : isOurs || force ? 'updated' : 'kept';
  const diff = state === 'unchanged' ? '' : createTwoFilesPatch(before === null ? '/dev/null' : path, path, before ?? '', text, undefined, undefined, { context: 3 }).replace(/^(?:Index: .*\n)?=+\n/u, '');
  return { path, text, before, isOurs, state, diff };
}

/** @throws {UserError} before anything is written, for a place that a link leads out of the checkout */
export async function write(root: string, placed: readonly Placed[]): Promise<void> {
  const due = placed.filter(({ state }) => state === 'new' || state === 'updated');
  for (const { path } of due) await refuseLinks(root, path);
  for (const { path, text } of due) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function refuseLinks(root: string, path: string): Promise<void> {
  for (const at of path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'))) {
    const status = await lstat(join(root, at)).catch(() => null);
    if (status === null) return;
    const place = await realpath(join(root, at)).catch(() => null);
    if (place === null || !place.startsWith(`${root}${sep}`)) throw new UserError(`${at} is a link that leads out of the checkout: nothing was written. Put a folder or a file in its place.`);
  }
}
