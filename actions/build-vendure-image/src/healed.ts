import type { Note } from '@vendure-deploy/shared/action';
import type { Attempt } from './buildx/index.ts';

// A line of docker may be a whole page of a proxy.
const LONGEST_WORDS = 160;

/** What was tried again before the registry had the image, and why. @param attempts all of them; the last one brought it */
export function healed(attempts: readonly Attempt[]): Note[] {
  const failed = attempts.slice(0, -1);
  const pushes = failed.filter(({ ended }) => ended === 'push-failed-transient');
  const blocked = failed.filter(({ ended }) => ended === 'cache-failed');
  const hung = failed.filter(({ ended }) => ended === 'timed-out');
  return [
    ...(pushes.length === 0 ? [] : [note(`The push failed ${times(pushes.length)} and was tried again${because(pushes)}.`)]),
    ...(blocked.length === 0 ? [] : [note(`The build failed at a cache and was repeated without any${because(blocked)}.`)]),
    ...(hung.length === 0 ? [] : [note("The build did not end in time and was repeated without GitHub's cache.")]),
  ];
}

function note(what: string): Note {
  return { kind: 'healed', what };
}

function times(count: number): string {
  return ['once', 'twice'][count - 1] ?? `${count} times`;
}

/** In docker's own words, the last ones. */
function because(attempts: readonly Attempt[]): string {
  const said = (attempts.at(-1)?.said ?? '').replaceAll(/\s+/g, ' ').replace(/[. ]+$/, '');
  if (said === '') return '';
  return ` (${said.length > LONGEST_WORDS ? `${said.slice(0, LONGEST_WORDS - 1)}…` : said})`;
}
