import { expect, jest, test } from '@jest/globals';
import type { TwinRun } from '@vendure-deploy/twin';
import { type ActionRun, startAction } from '../src/index.ts';
import { subjectOf } from './stage/actions.ts';
import { CONFIG_FILE, FLY_CONFIG, flyConfig } from './stage/config.ts';
import { annotations, expectEnding } from './stage/ending.ts';
import { readOnlyWorld } from './stage/read-only.ts';
import type { World } from './stage/world.ts';

jest.setTimeout(60_000);

const subject = subjectOf('fly-deploy');
let world: World;
let run: TwinRun;

// All of these end before the first write: no lock is renewed, no flyctl is fetched.
readOnlyWorld((opened, itsRun) => void ([world, run] = [opened, itsRun]));

interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly flyToml?: string | null;
  /** One line of the configuration, and what stands there instead. */
  readonly config?: readonly [string, string];
}

test.each<[string, Given, string, string]>([
  ['a strategy that there is not', { inputs: { strategy: 'purple' } }, 'invalid-input', 'fly-deploy: input `strategy` is "purple". Allowed: canary, bluegreen, rolling, immediate.'],
  ['a tag where a digest is needed', { inputs: { 'image-digest': 'production-1' } }, 'invalid-input', '`image-digest` is "production-1". It takes a digest such as sha256:'],
  ['no Machine may be away', { inputs: { 'max-unavailable': '0' } }, 'invalid-input', '`max-unavailable` is "0". It takes how many Machines may be away at once'],
  ['a budget that is none', { inputs: { 'sla-seconds': '0' } }, 'invalid-input', '`sla-seconds` is "0". Allowed: a whole number of seconds, 1 or more. Leave it empty to use `environments.production.sla-seconds` (900).'],
  ['a forecast that nobody made', { inputs: { forecast: '{}' } }, 'invalid-input', '`forecast` is "{}". It takes the output `forecast` of preflight as it is'],
  ['a Fly configuration that is not there', { flyToml: null }, 'invalid-config', `${FLY_CONFIG}, which the configuration names as \`fly-config\`, is not in the workspace.`],
  ['a Fly configuration that is no TOML', { flyToml: '[processes' }, 'invalid-config', `${FLY_CONFIG} is not TOML`],
  ['a process group that the Fly configuration lacks', { flyToml: '[processes]\napp = "node server.cjs"\n' }, 'invalid-config', `${FLY_CONFIG} has no process group "worker". It has: app.`],
  ['a token that Fly does not know', { inputs: { 'fly-api-token': 'fo1_wrong' } }, 'anchor-unreadable', 'Create one:  flyctl tokens create deploy --app shop-production --expiry 720h'],
  ['an app that is not there', { config: ['app: shop-production', 'app: shop-prodution'] }, 'anchor-unreadable', 'there is no app "shop-prodution" for this `fly-api-token`'],
  ['a commit older than what serves', { inputs: { sha: 'previous' } }, 'commit-not-allowed', 'Deploy a newer commit, or set `allow-older` to go back.'],
])('%s: one sentence with what to do, and nothing is written', async (_, given, reasonCode, sentence) => {
  world.shop.vendure.sha = world.commits.main;
  const ended = await deploy(given);
  expectEnding(ended, subject, { decision: 'failed', reasonCode });
  expect(annotations(ended)).toHaveLength(1);
  expect(annotations(ended)[0]).toContain(sentence);
  expect(run.requests().some(({ host }) => host === 'github.com')).toBe(false);
});

function deploy({ inputs = {}, flyToml = flyConfig(), config }: Given): Promise<ActionRun> {
  const { main, previous } = world.commits;
  const text = world.files[CONFIG_FILE] ?? '';
  return startAction({
    folder: subject.folder,
    inputs: { environment: 'production', 'image-tag': `production-${main}`, 'fly-api-token': world.twin.credentials.flyApiToken, 'github-token': world.githubToken, ...inputs, sha: inputs['sha'] === 'previous' ? previous : main },
    environment: run.environment,
    files: { [CONFIG_FILE]: config === undefined ? text : text.replace(...config), ...(flyToml === null ? {} : { [FLY_CONFIG]: flyToml }) },
  });
}
