import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import type { Log } from '@vendure-deploy/shared/action';
import { freshBuild } from '../src/fresh-build.ts';

const silent: Log = { info: () => {}, warning: () => {}, error: () => {}, notice: () => {}, debug: () => {}, group: async (_, work) => work() };

test('both runs together have the time of one', async () => {
  const workspace = await mkdtemp(`${tmpdir()}/fresh-build-`);
  try {
    const script = `console.log("Cannot find module '/w/packages/plugin/dist/index.js'"); if (process.env.NX_SKIP_NX_CACHE === undefined) setTimeout(() => process.exit(1), 1000); else setInterval(() => {}, 1000);`;
    const started = performance.now();
    await expect(freshBuild({ key: 'build', argv: [process.execPath, '-e', script], workspace, environment: {}, seconds: 2, signal: new AbortController().signal, log: silent })).rejects.toThrow(/did not end within 2 s\..* did not help either\.$/);
    const seconds = (performance.now() - started) / 1000;
    expect([seconds >= 1.9, seconds < 2.9]).toEqual([true, true]);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
});
