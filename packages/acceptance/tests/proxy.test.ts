import { describe, expect, jest, test } from '@jest/globals';
import { startAction } from '../src/index.ts';
import { eachAction, workspaceFiles } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';

jest.setTimeout(60_000);

describe.each(eachAction)('%s', (_, subject) => {
  test.concurrent('a proxy variable that no proxy can be made of ends it before its work, with the variable named and every output set', async () => {
    const run = await startAction({ folder: subject.folder, inputs: subject.valid, environment: { HTTPS_PROXY: 'proxy.example:3128' }, files: workspaceFiles });
    expectEnding(run, subject, { decision: /^(?:failed|unknown)$/u, reasonCode: /^(?:invalid-input|unexpected-error)$/u });
    expect(annotations(run)).toEqual([expect.stringMatching(/HTTPS_PROXY.*proxy\.example:3128/u)]);
  });
});
