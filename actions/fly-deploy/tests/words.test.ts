import { expect, test } from '@jest/globals';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import { lastWords } from '../src/flyctl.ts';
import { lastTelling, machineOf, releaseCommandTimer } from '../src/release-command.ts';
import { releaseOf } from '../src/release.ts';
import { transienceOf } from '../src/transience.ts';

// Lines of flyctl 0.4.87 as it wrote them, ids shortened to one.
test.each([
  ['\u001b[31m✖\u001b[0m [1/3] Machine d8001000000555 [worker] update failed: failed to update VM d8001000000555: aborted: machine is replacing: concurrent update in progress', 'concurrent-update'],
  ['Error: failed to get lease on VM d8001000000111: machine ID d8001000000111 lease currently held by ops@example.com, expires at 2026-01-01T00:00:00Z', 'lease-held'],
  ['Error: failed to acquire leases: Unrecoverable error: failed to get lease on VM d8001000000111', 'lease-held'],
  ['Error: error getting machine d8001000000111 from api: failed to get VM d8001000000111: rate limit exceeded', 'fly-unwell'],
  ['Error: failed to create release (status 504): upstream timeout', 'fly-unwell'],
  ["Error: failed to set release status to 'running': failed to update release (status 500): oops", 'fly-unwell'],
  ['✖ [2/3] Machine d8001000000111 [app] update failed: failed to update VM d8001000000111: Post "https://api.machines.dev/…": read: connection reset by peer', 'fly-unwell'],
  ['Error: wait timeout\ncould not get all green machines to be healthy', null],
  ['Error: failed to update machine d8001000000111: Unrecoverable error: smoke checks for d8001000000111 failed: the app appears to be crashing', null],
  ['Error: failed to list VMs: unauthorized', null],
  ['rate limit exceeded\nError: release command failed - aborting deployment. machine d8001000000999 exited with non-zero status of 1', null],
  ['', null],
])('%j passes by itself: %s', (output, expected) => {
  expect(transienceOf(output)).toBe(expected);
});

test.each([
  ['INFO Using wait timeout: 8s\n{"id":"rel_0042","version":42,"image_ref":"registry.fly.io/shop:v2"}\n\nVisit your newly deployed app', { id: 'rel_0042', version: '42' }],
  ['{"id":"rel_0042"', null],
  ['created release rel_0042 version 42', null],
])('the release of %j', (stdout, release) => {
  expect(releaseOf(stdout)).toEqual(release);
});

test.each([
  ['Error: release command failed - aborting deployment. machine 3d8d9d4b900998 exited with non-zero status of 1', '3d8d9d4b900998'],
  ['Error release_command failed running on machine 3d8d9d4b900998 with exit code 1.', '3d8d9d4b900998'],
  ['release command failed', null],
])('the Machine of a release command: %s', (output, machine) => {
  expect(machineOf(output)).toBe(machine);
});

test("of a Machine's log, the command's own last words count", () => {
  expect(lastTelling([' INFO Starting init (commit: 1)', 'migrating', "Error: VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'", ' INFO Main child exited normally with code: 1', '[    2.1] reboot: Restarting system'])).toBe("Error: VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'");
  expect(lastTelling([])).toBe('');
});

test.each<[string, [number, string][], number | null]>([
  ['one that succeeds', [[0, 'Running shop release_command: npm run migrate'], [1000, '> Created release_command machine d8001000000777'], [4000, '✔ release_command d8001000000777 completed successfully'], [9000, 'Updating existing machines']], 4],
  ['one that fails', [[2000, '> Created release_command machine d8001000000777'], [5000, 'Error: release command failed - aborting deployment.'], [6000, 'Error: release command failed']], 3],
  ['one that never ended', [[2000, 'Running shop release_command: npm run migrate'], [8000, 'still here']], 6],
  ['none', [[0, 'Updating existing machines']], null],
])("the seconds of %s are taken from flyctl's lines", (_, lines, seconds) => {
  let now = 0;
  const timer = releaseCommandTimer({ now: () => now });
  for (const [at, line] of lines) {
    now = at;
    timer.line(line);
  }
  expect(timer.seconds()).toBe(seconds);
});

test.each<[string, (text: string) => string]>([
  ["flyctl's last words", (text) => lastWords(`Error: ${text}`)],
  ["the release command's last line", (text) => lastTelling([text])],
])('a secret that would be cut in half is not shown by its first half: %s', (_, cut) => {
  const secret = `fm2_${'s3cret'.repeat(60)}`;
  processRedactor.register(secret);
  expect(cut(`it said ${'x'.repeat(200)} ${secret} and ended`)).not.toContain('s3cret');
});
