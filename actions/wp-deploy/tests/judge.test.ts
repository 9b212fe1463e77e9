import { expect, test } from '@jest/globals';
import { faultOf, judgeTakenBack, type Observed } from '../src/deploy/judge.ts';

const well: Observed = { files: true, active: true, version: '1.1.0', public: { ok: true, why: 'it answers' } };

test.each<[string, Partial<Observed>, string | null]>([
  // what was read back                        what is wrong with it
  ['all as it should be',                      {},                                                 null],
  ['other bytes',                              { files: false },                                   'what is live is not what was uploaded'],
  ['no bytes',                                 { files: null },                                    'what is live could not be read'],
  ['not active',                               { active: false },                                  'WordPress does not have the plugin active'],
  ['another version',                          { version: '1.0.0' },                               'WordPress reads version "1.0.0" of it, and the plugin\'s header says "1.1.0"'],
  ['a red page',                               { public: { ok: false, why: 'HTTP 500' } },         'the public does not get it: HTTP 500'],
  ['other bytes, although the page is well',   { files: false, public: { ok: true, why: '' } },    'what is live is not what was uploaded'],
])('%s', (_, seen, fault) => {
  expect(faultOf({ ...well, ...seen }, { version: '1.1.0' })).toBe(fault);
});

test('a plugin whose header has no version is not held to one', () => {
  expect(faultOf({ ...well, version: '' }, { version: null })).toBeNull();
});

const told = { subject: 'The plugin tea-shop of 4f2c91e', before: '9b01d77', place: 'vps.shop.example (production)', back: 'gh workflow run wp-deploy-vps.yml -f environment=production -f action=return' };

test('a way back that was proven says what is live; one that was not says what to type', () => {
  expect(judgeTakenBack('the page is red', { kind: 'proven' }, told)).toMatchObject({ decision: 'failed', reasonCode: 'previous-copy-serves', message: expect.stringMatching(/taken back: the page is red\. 9b01d77 is live again, byte by byte as before\.$/u) });
  expect(judgeTakenBack('the page is red', { kind: 'proven' }, { ...told, before: 'nothing' }).message).toMatch(/The plugin is not there, as before\.$/u);
  const unproven = judgeTakenBack('the page is red', { kind: 'unproven', why: 'the connection was lost' }, told);
  expect(unproven).toMatchObject({ decision: 'failed', reasonCode: 'return-failed' });
  expect(unproven.message).toMatch(/That 9b01d77 is live again is not proven: the connection was lost\. Look, and return: {2}gh workflow run wp-deploy-vps\.yml -f environment=production -f action=return$/u);
});
