import { expect, test } from '@jest/globals';
import { ProviderError } from '@vendure-deploy/shared/providers/fly';
import { flySaysNo, refuseFlyConfig, refuseInputs, refuseOlder, refuseUnsettled } from '../src/refusals.ts';

const [OLD, NEW] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const toml = '[processes]\napp = "node server"\nworker = "node worker"\n';
const refuse = (text: string, groups: readonly string[]) => (): string => refuseFlyConfig({ text, path: 'fly.toml', groups });

test.each([
  ['a tag where a digest is needed', () => refuseInputs({ 'image-digest': 'production-1', 'max-unavailable': '' }), /`image-digest` is "production-1"\. It takes a digest such as sha256:/u],
  ['no Machine may be away', () => refuseInputs({ 'image-digest': '', 'max-unavailable': '0' }), /`max-unavailable` is "0"/u],
  ['a group that fly.toml lacks', refuse(toml, ['app', 'jobs']), /fly\.toml has no process group "jobs"\. It has: app, worker\./u],
  ['a worker where fly.toml names no processes', refuse('app = "shop"', ['app', 'worker']), /no process group "worker"\. It has: app\./u],
  ['a broken fly.toml', refuse('[processes', ['app']), /fly\.toml is not TOML/u],
  ['an older commit', () => refuseOlder({ serving: NEW, sha: OLD, comparison: 'behind', allowed: false }), /serves bbbbbbb, which is newer than aaaaaaa\..*`allow-older`/u],
  ['a Machine on its way', () => refuseUnsettled('the Machines', [{ id: 'm1', group: 'app', why: 'replacing', since: '2026-01-01T00:00:00Z' }], 90), /the Machines did not settle within 90 s: Machine m1 \[app\]: replacing since 2026-01-01T00:00:00Z\. Nothing was written\./u],
])('%s is refused in one sentence', (_, act, sentence) => {
  expect(act).toThrow(sentence);
});

test.each([
  ['nothing to refuse in the inputs', () => refuseInputs({ 'image-digest': `sha256:${'0'.repeat(64)}`, 'max-unavailable': '0.33' })],
  ['every group is there', refuse(toml, ['app', 'worker'])],
  ['a newer commit', () => refuseOlder({ serving: OLD, sha: NEW, comparison: 'ahead', allowed: false })],
  ['an older commit that is allowed', () => refuseOlder({ serving: NEW, sha: OLD, comparison: 'behind', allowed: true })],
  ['a fleet at rest', () => refuseUnsettled('the Machines', [], 90)],
])('%s: no refusal', (_, act) => {
  expect(act).not.toThrow();
});

test.each([
  ['unauthorized', /`fly-api-token` is not a token that Fly knows, or it has expired\. Create one: {2}flyctl tokens create deploy --app shop/u],
  ['forbidden', /may not read the app "shop"/u],
  ['not-found', /there is no app "shop" for this `fly-api-token`/u],
  ['unavailable', /Fly answered HTTP 503\. Try again when Fly answers/u],
] as const)('Fly says %s: which input is wrong, and what to type', (code, sentence) => {
  expect(flySaysNo('shop', new ProviderError(code, 'Fly answered HTTP 503')).message).toMatch(sentence);
});
