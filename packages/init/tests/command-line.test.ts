import { expect, test } from '@jest/globals';
import { setting } from '../src/command-line.ts';
import { nextOf } from '../src/tell.ts';

test.each<[text: string, path: string, value: unknown]>([
  ['environments.staging.surfaces.vendure.public-url=https://api.shop.example', 'environments.staging.surfaces.vendure.public-url', 'https://api.shop.example'],
  ['a.b=1200', 'a.b', 1200],
  ['a.b=true', 'a.b', true],
  // An account is no number, and neither is what begins with digits.
  ['a.account=123456789012', 'a.account', '123456789012'],
  ['a.account-id=01234567890123456789012345678901', 'a.account-id', '01234567890123456789012345678901'],
  ['a.list=[app, worker]', 'a.list', ['app', 'worker']],
  ['a.map={source: inputs, names: [DATABASE_URL]}', 'a.map', { source: 'inputs', names: ['DATABASE_URL'] }],
  ['a.b=x=y', 'a.b', 'x=y'],
])('--set %s', (text, path, value) => {
  expect(setting(text)).toEqual({ path: path.split('.'), value });
});

test.each(['public-url', '=x', 'a.b=', 'a..b=x', '__proto__.x=1', 'a.b=[x'])('--set %s is refused', (text) => {
  expect(() => setting(text)).toThrow(/KEY=VALUE|is no key of the configuration|is no list and no mapping of YAML/u);
});

const OUTCOME = { root: '/home/me/my shop', missing: [], fault: '', lanes: ['deploy-production', 'deploy-staging'], uncommitted: [], branch: null };
const ASKED = { rehearse: true, dryRun: false };
test.each<[what: string, outcome: object, asked: typeof ASKED, next: object]>([
  ['whole and committed', {}, ASKED, { kind: 'rehearse', lane: 'deploy-staging' }],
  ['without a staging', { lanes: ['deploy-production'] }, ASKED, { kind: 'rehearse', lane: 'deploy-production' }],
  ['not committed', { uncommitted: ['.github/deploy.config.yml'] }, ASKED, { kind: 'type', commands: ["git -C '/home/me/my shop' add . && git -C '/home/me/my shop' commit -m 'Deploy by the suite'", "../suite/script/rehearse deploy-staging --repo '/home/me/my shop'"] }],
  ['on another branch than main', { branch: 'adopt' }, ASKED, { kind: 'type', commands: ["git -C '/home/me/my shop' switch main && git -C '/home/me/my shop' merge adopt", "../suite/script/rehearse deploy-staging --repo '/home/me/my shop'"] }],
  ['not to be rehearsed', {}, { ...ASKED, rehearse: false }, { kind: 'type', commands: ["../suite/script/rehearse deploy-staging --repo '/home/me/my shop'"] }],
  ['not whole', { missing: [{ key: 'a', example: 'b', how: 'c' }] }, ASKED, { kind: 'nothing' }],
  ['no good', { fault: 'deploy.config.yml:1:1: …' }, ASKED, { kind: 'nothing' }],
  ['a dry run', {}, { ...ASKED, dryRun: true }, { kind: 'nothing' }],
])('%s: what comes next', (_, outcome, asked, next) => {
  expect(nextOf({ ...OUTCOME, ...outcome }, asked, '../suite')).toEqual(next);
});
