import { expect, test } from '@jest/globals';
import { backupMarker, backupOfMarker, type CommandAnswer, proveBackup } from '@vendure-deploy/shared/shop-commands';

const bounds = { startedMs: Date.parse('2026-01-01T12:00:00Z'), nowMs: Date.parse('2026-01-01T12:01:00Z'), minimumBytes: 1000, runId: 7 };
const good = { id: 'b-1', 'taken-at': '2026-01-01T12:00:30Z', bytes: 1000 };
const said = (answer: unknown, exitCode = 0): CommandAnswer => ({ kind: 'answered', exitCode, answer });

test.each<[string, CommandAnswer, string | null]>([
  ['id, time and size', said(good), null],
  ['a time of another zone', said({ ...good, 'taken-at': '2026-01-01T13:00:30+01:00' }), null],
  ['a clock that is a little behind', said({ ...good, 'taken-at': '2026-01-01T11:59:57Z' }), null],
  ['one of before this run', said({ ...good, 'taken-at': '2026-01-01T11:00:00Z' }), 'older than this run'],
  ['one of tomorrow', said({ ...good, 'taken-at': '2026-01-02T12:00:00Z' }), 'which is not yet'],
  ['a size under the floor', said({ ...good, bytes: 999 }), 'has 999 bytes, fewer than the 1000'],
  ['no id', said({ ...good, id: '' }), 'is not what docs/shop-contract.md says (id'],
  ['a time that is none', said({ ...good, 'taken-at': 'today' }), 'is not what docs/shop-contract.md says (taken-at'],
  ['no size', said({ id: 'b-1', 'taken-at': good['taken-at'] }), 'is not what docs/shop-contract.md says (bytes'],
  ['a good line, and another exit code', said(good, 1), 'it ended with 1'],
  ['nothing that can be read', { kind: 'unreadable', why: 'it printed no line of JSON' }, 'it printed no line of JSON'],
])('%s', (_, answer, why) => {
  const proof = proveBackup(answer, bounds);
  if (why === null) expect(proof).toMatchObject({ kind: 'proven', backup: { id: 'b-1', bytes: 1000, runId: 7 } });
  else expect(proof).toEqual({ kind: 'unproven', why: expect.stringContaining(why) });
});

test('a marker holds for the run that took the backup and for as long as it is young, and for no other', () => {
  const backup = { id: 'b-1', takenAt: '2026-01-01T12:00:30Z', bytes: 1000, runId: 7 };
  const taken = Date.parse(backup.takenAt);
  const bounds = { runId: 7, nowMs: taken + 3_600_000, maximumAgeSeconds: 3600 };
  expect(backupOfMarker(backupMarker(backup), bounds)).toEqual(backup);
  expect(backupOfMarker(backupMarker(backup), { ...bounds, runId: 8 })).toBeNull();
  expect(backupOfMarker(backupMarker(backup), { ...bounds, nowMs: bounds.nowMs + 1 })).toBeNull();
  expect(backupOfMarker(backupMarker({ ...backup, takenAt: 'yesterday' }), bounds)).toBeNull();
  for (const text of ['', 'true', '{', '{"id":"b-1"}']) expect(backupOfMarker(text, bounds)).toBeNull();
});
