import { expect } from '@jest/globals';
import { subjectOf } from './actions.ts';
import { annotations, expectEnding } from './ending.ts';
import type { Ran } from './worker-world.ts';

const subject = subjectOf('cf-worker-deploy');

/** What main says to a person. */
export function message({ main }: Ran): string {
  return annotations(main).join('\n');
}

/** Of every case: what was told is an ending, no fault was missed, no call left the twin, and post ends well. */
export function expectRan(ran: Ran, decision: string, reasonCode: string): void {
  expectEnding(ran.main, subject, { decision: new RegExp(`^(?:${decision})$`, 'u'), reasonCode });
  expect({ unfired: ran.unfired, strayCalls: ran.strayCalls }).toEqual({ unfired: [], strayCalls: [] });
  expect({ exitCode: ran.post.exitCode, orphans: ran.post.orphans, log: ran.post.log }).toEqual({ exitCode: 0, orphans: [], log: ran.post.log });
}

/** Nothing is left to the post step where main came to its end. */
export function expectConcluded(ran: Ran): void {
  expect(ran.post.log).toBe('');
}
