import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Compared, comparable } from './replay/compare.ts';
import { readBodies, readRecording, recordingNames } from './replay/recording.ts';
import { replay, speedsFor } from './replay/replay.ts';

// Somebody else's lease is waited for a minute of flyctl's, and other replays run beside.
const LONGEST_MS = 180_000;

// Each recording of the real flyctl: the same command line with the stand-in, against a twin's Fly that is set up as the recording's was.
const bodies = await readBodies();
let cache = '';
beforeAll(async () => { cache = await mkdtemp(join(tmpdir(), 'replay-cache-')); });
afterAll(() => rm(cache, { recursive: true, force: true }));

test.concurrent.each(await recordingNames())('%s', async (name) => {
  const recording = await readRecording(name);
  const at = async (speed: number): Promise<Compared> => comparable(name, { recording, bodies, replayed: await replay(recording, { bodies, speed, cache }) });
  let seen: Compared = { wanted: null, got: 'nothing was replayed' };
  for (const speed of speedsFor(recording)) {
    seen = await at(speed);
    if (isDeepStrictEqual(seen.wanted, seen.got)) break;
  }
  expect(seen.got).toEqual(seen.wanted);
}, LONGEST_MS);
