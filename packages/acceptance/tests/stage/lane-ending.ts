import { expect } from '@jest/globals';
import { subjectOf } from './actions.ts';
import { annotations, expectEnding } from './ending.ts';
import type { Ended, LaneStage, Scene } from './worker-lane.ts';

const subject = subjectOf('cf-worker-deploy');

/** The moment at which the route is asked for, and what somebody else does then. */
export function whenCreated(act: () => unknown) {
  return { asked: (method: string, path: string): boolean => method === 'POST' && path.endsWith('/workers/routes'), act };
}

/** Nothing was written, and one sentence says why. */
export async function expectRefused({ twin }: LaneStage, given: Promise<Ended>, reasonCode: string, sentence: RegExp): Promise<Ended> {
  const before = twin.cloudflare.inventory();
  const ended = await given;
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended.run)).toEqual([expect.stringMatching(sentence)]);
  expect([ended.writes, ended.unfired, twin.cloudflare.inventory()]).toEqual([[], [], before]);
  return ended;
}

/** The account is as before, and nobody gets the Worker. */
export async function expectClosedAgain({ twin }: LaneStage, scene: Scene, given: Promise<Ended>, sentence: RegExp): Promise<void> {
  const before = twin.cloudflare.inventory();
  const ended = await given;
  expectEnding(ended.run, subject, { decision: 'failed', reasonCode: 'lane-closed-again' });
  expect(annotations(ended.run)).toEqual([expect.stringMatching(sentence)]);
  expect([ended.unfired, twin.cloudflare.inventory()]).toEqual([[], before]);
  expect((await scene.visit()).version).toBeNull();
}
