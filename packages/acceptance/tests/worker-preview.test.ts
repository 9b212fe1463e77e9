import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { subjectOf } from './stage/actions.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { openPreviewStage, type PreviewStage, type Ran } from './stage/preview-world.ts';

// Six calls of wrangler in all, each with a second for its start on an idle machine, and many on a busy one.
jest.setTimeout(120_000);

const subject = subjectOf('cf-worker-deploy');
const WORKER = 'shop-dashboard-pr-12';
const ADDRESS = `https://${WORKER}.shop-example.workers.dev`;
let stage: PreviewStage;
beforeAll(async () => { stage = await openPreviewStage(); });
afterAll(async () => stage[Symbol.asyncDispose]());

function expectRan(ran: Ran, decision: string, reasonCode: string): void {
  expectEnding(ran.main, subject, { decision, reasonCode });
  expect({ unfired: ran.unfired, strayCalls: ran.strayCalls }).toEqual({ unfired: [], strayCalls: [] });
}

test('a fork is refused before any request, also where somebody of the repository started the run', async () => {
  for (const [event, from] of [['pull_request_target', 'another/shop'], ['pull_request', null]] as const) {
    for (const operation of ['preview', 'preview-delete'] as const) {
      const ran = await stage.run(operation, { event, from });
      expectRan(ran, 'failed', 'fork-refused');
      expect(ran.requests).toBe(0);
    }
  }
});

test("production's bindings, and a call without a number, are refused before any request", async () => {
  const sharing = await stage.run('preview', { commit: 'sharing' });
  expectRan(sharing, 'failed', 'preview-not-isolated');
  expect(annotations(sharing.main)[0]).toContain(`the KV namespace ${'d'.repeat(32)} of env.preview of apps/dashboard/wrangler.jsonc is that of env.production, too`);
  const none = await stage.run('preview', { inputs: { 'pull-request': '' } });
  expectRan(none, 'failed', 'invalid-input');
  expect([sharing.requests, none.requests]).toEqual([0, 0]);
  expect(stage.workers()).toEqual(stage.deployed);
});

test('the first preview answers on an address of its own, and one comment tells of it though its answer was lost', async () => {
  const ran = await stage.run('preview', { faults: ['github POST /repos/example/shop/issues/12/comments 1 reset after-commit'] });
  expectRan(ran, 'done', 'preview-serves');
  expect(ran.main.outputs).toMatchObject({ url: ADDRESS, 'serving-sha': stage.sha.first, 'previous-sha': '' });
  const [comment = '', ...more] = stage.comments();
  expect(more).toEqual([]);
  for (const part of [ADDRESS, stage.sha.first, ran.main.outputs['version-id'] ?? 'none']) expect(comment).toContain(part);
  expect(comment).toMatch(/Since \| \d{4}-\d\d-\d\dT/u);
  expect(stage.twin.cloudflare.serves(WORKER)).toBe(stage.sha.first);
  expect(stage.workers()).toEqual([...stage.deployed, WORKER].toSorted());
});

test('the same commit again writes nothing, neither there nor in the pull request; without the right or a token it says so', async () => {
  const before = stage.comments();
  const same = await stage.run('preview');
  expectRan(same, 'skipped', 'already-serves');
  expect(same.writes).toEqual([]);
  const silent = await stage.run('preview', { inputs: { 'github-token': '' } });
  expectRan(silent, 'skipped', 'already-serves');
  expect(silent.main.log).toContain('No comment in the pull request: no github-token was given.');
  const forbidden = await stage.run('preview', { inputs: { 'github-token': stage.token({ contents: 'write' }) } });
  expectRan(forbidden, 'skipped', 'already-serves');
  expect(forbidden.main.log).toMatch(/^::warning.*could not be written.*403.*needs `pull-requests: write`/mu);
  expect(stage.comments()).toEqual(before);
});

test('a new commit changes the one comment, and lost answers change nothing of that', async () => {
  const ran = await stage.run('preview', { commit: 'second', faults: ['cloudflare POST **/deployments 1 reset after-commit', 'github PATCH /repos/example/shop/issues/comments/* 1 reset after-commit'] });
  expectRan(ran, 'done', 'preview-serves');
  expect(ran.main.outputs).toMatchObject({ url: ADDRESS, 'serving-sha': stage.sha.second, 'previous-sha': stage.sha.first });
  expect(stage.twin.cloudflare.serves(WORKER)).toBe(stage.sha.second);
  // What wrangler leaves undone after the lost answer is set under the name that we gave.
  expect(JSON.parse(ran.main.outputs['result'] ?? '')).toMatchObject({ wrangler: { 'exit-code': 1, mended: true } });
  const [comment = '', ...more] = stage.comments();
  expect(more).toEqual([]);
  expect(comment).toContain(stage.sha.second);
  expect(comment).not.toContain(stage.sha.first);
});

test('a removal that is refused is told; then it takes the one Worker, though its answer was lost; again there is nothing to do', async () => {
  const refused = await stage.run('preview-delete', { faults: ['cloudflare DELETE ** 1 403 {"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null}'] });
  expectRan(refused, 'failed', 'preview-not-removed');
  expect(annotations(refused.main)[0]).toMatch(/is there still\. Cloudflare said: .*Authentication error/u);
  expect(stage.comments()[0]).toContain(ADDRESS);

  const removed = await stage.run('preview-delete', { faults: ['cloudflare DELETE ** 1 reset after-commit'] });
  expectRan(removed, 'done', 'preview-removed');
  expect(removed.writes).toEqual([`DELETE ${WORKER}`, expect.stringMatching(/^PATCH \d+$/u)]);
  expect(stage.workers()).toEqual(stage.deployed);
  expect(stage.comments()).toEqual([expect.stringContaining('removed')]);

  const again = await stage.run('preview-delete');
  expectRan(again, 'skipped', 'preview-removed');
  expect(again.writes).toEqual([]);
});
