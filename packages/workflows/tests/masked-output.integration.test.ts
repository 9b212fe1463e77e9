import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runWorkflow } from '@vendure-deploy/runner';
import { root } from '../src/index.ts';

test.each([
  ['the name of the app is a secret: the tag that it is part of does not arrive, and fly-deploy says why that may be', 'shop-production', /fly-deploy: input `image-tag` is empty\. .* GitHub drops one that contains the value of a secret/u],
  ['part of the SHA is one', '23456789012', /fly-deploy: input `sha` is empty\. .* GitHub drops one that contains the value of a secret/u],
])('%s', async (_, secret, says) => {
  const folder = await mkdtemp(join(tmpdir(), 'masked-'));
  try {
    const { conclusion, annotations } = await runWorkflow({
      repository: 'vendure-deploy/suite', directory: root, sha: 'a'.repeat(40), ref: 'refs/heads/main', workflow: 'packages/workflows/tests/masked-output.yml',
      event: { name: 'workflow_dispatch', inputs: {} }, actor: 'operator', runId: 1001, runAttempt: 1,
      secrets: { FLY_API_TOKEN: 'fly-token-value-1', FLY_APP: secret }, environmentSecrets: {}, variables: {}, githubToken: 'github-token-value',
      resolveRepository: () => Promise.reject(new Error('no other repository here')),
      environment: { PATH: '/usr/bin:/bin', HOME: folder }, node: process.execPath, work: join(folder, 'work'), out: join(folder, 'out'), interrupts: [],
    });
    expect(conclusion).toBe('failure');
    expect(annotations.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      expect.stringMatching(/^warning: Skip output '[\w-]+' since it may contain secret\.$/u),
      expect.stringMatching(says),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
