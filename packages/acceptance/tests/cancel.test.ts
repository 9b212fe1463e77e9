import { describe, expect, jest, test } from '@jest/globals';
import { type ActionRun, startAction, type StartOptions } from '../src/index.ts';
import { eachAction, type Subject, workspaceFiles } from './stage/actions.ts';
import { expectEnding } from './stage/ending.ts';
import { openSilence } from './stage/silence.ts';

jest.setTimeout(60_000);

// GitHub's runner loses patience 7.5 s after its SIGINT.
const MOST_SECONDS = 7;

describe.each(eachAction)('%s', (_, subject) => {
  test.concurrent.each(['SIGINT', 'SIGTERM'] as const)('ends in time after %s while the network hangs, and says that it was cancelled', async (name) => {
    await using silence = await openSilence();
    const run = await startedInto(silence.environment, subject, [{ name, when: silence.met }]);
    expectCancelled(run, subject, name);
  });

  test.concurrent('a SIGTERM after the SIGINT changes nothing: each output is set once', async () => {
    await using silence = await openSilence();
    const run = await startedInto(silence.environment, subject, [{ name: 'SIGINT', when: silence.met }, { name: 'SIGTERM', when: /SIGINT received/u }]);
    expectCancelled(run, subject, 'SIGINT');
  });
});

function startedInto(environment: Readonly<Record<string, string>>, subject: Subject, signals: NonNullable<StartOptions['signals']>): Promise<ActionRun> {
  return startAction({ folder: subject.folder, inputs: subject.valid, environment, files: workspaceFiles, signals });
}

function expectCancelled(run: ActionRun, subject: Subject, name: string): void {
  expect(run.secondsAfterSignal).toBeLessThan(MOST_SECONDS);
  expect(run.log.match(/^::warning::.* received, ending$/gmu)).toEqual([`::warning::${subject.name}: ${name} received, ending`]);
  // `failed` where it is sure that nothing was written.
  expectEnding(run, subject, { decision: /^(?:unknown|failed)$/u, reasonCode: 'cancelled' });
}
