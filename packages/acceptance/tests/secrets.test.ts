import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startAction } from '../src/index.ts';
import { actions, workspaceFiles } from './stage/actions.ts';
import { type Echo, openEcho } from './stage/echo.ts';
import { expectOutputs } from './stage/ending.ts';
import { asHtml, expectNothingLeaked, inEveryForm, secretsOf } from './stage/leaks.ts';

jest.setTimeout(60_000);

let echo: Echo;
beforeAll(async () => {
  echo = await openEcho();
});
afterAll(async () => {
  await echo[Symbol.asyncDispose]();
});

const trusted = actions.filter((subject) => secretsOf(subject).length > 0).map((subject) => [subject.name, subject] as const);

/** A wait for what will never come would only take time here. */
const BRIEF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'fly-deploy': { 'gate-seconds': '1', 'read-interval-seconds': '1' },
  preflight: { 'probe-timeout-seconds': '1', 'settle-seconds': '1', 'read-interval-seconds': '1' },
  'post-deploy-verify': { attempts: '1', 'interval-seconds': '1', 'propagation-seconds': '1', 'worker-seconds': '1' },
};

describe.each(trusted)('%s', (_, subject) => {
  test.each([
    [200, 'in every form', inEveryForm],
    [401, 'in every form', inEveryForm],
    [500, 'in every form', inEveryForm],
    [403, 'escaped for HTML', asHtml],
  ] as const)('lets no secret out when every provider answers %d and repeats it %s', async (status, _, repeated) => {
    echo.answerWith(status, repeated(secretsOf(subject)));
    const run = await startAction({ folder: subject.folder, inputs: { ...subject.valid, ...BRIEF[subject.name] }, environment: { ...echo.environment, RUNNER_DEBUG: '1' }, files: workspaceFiles });
    expect(run.exitCode).toBe(1);
    expectOutputs(run, subject);
    expectNothingLeaked(run, subject);
    expect(echo.asked()).toBeGreaterThan(0);
  });

  const pasted = subject.inputs.filter(({ kind }) => kind !== 'secret' && kind !== 'text' && kind !== 'list');
  if (pasted.length > 0) {
    test('a secret that was pasted into another input is not repeated in what is said of that input', async () => {
      const secrets = secretsOf(subject);
      const wrong = Object.fromEntries(pasted.map(({ name }, index) => [name, secrets[index % secrets.length] ?? '']));
      const run = await startAction({ folder: subject.folder, inputs: { ...subject.valid, ...wrong }, environment: { ...echo.environment, RUNNER_DEBUG: '1' }, files: workspaceFiles });
      expect(run.outputs['reason-code']).toBe('invalid-input');
      expect(run.log).toContain('is "***". Allowed: ');
      expectNothingLeaked(run, subject);
    });
  }
});
