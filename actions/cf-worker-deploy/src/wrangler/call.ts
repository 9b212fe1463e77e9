import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { runTool, type ToolResult } from '@vendure-deploy/shared/tools';
import { wranglerEnvironment } from './environment.ts';
import type { Wrangler } from './installed.ts';
import { firstError, readOutput, type WranglerOutput } from './output.ts';

interface Call {
  readonly wrangler: Wrangler;
  readonly args: readonly string[];
  /** null: an empty folder, where no configuration and no `.env` is found. */
  readonly cwd: string | null;
  readonly accountId: string;
  readonly token: Secret | null;
  readonly temporary: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export type Said = Pick<ToolResult, 'exitCode' | 'timedOut'> & WranglerOutput & { readonly firstError: string };

// After a cancel GitHub leaves 7.5 s: wrangler gets one of them, so that there is time to read what serves.
const GRACE_MS = 1000;

/** One call of wrangler in a home of its own, which is gone afterwards. @returns what it said, which proves nothing */
export async function callWrangler({ wrangler, args, cwd, accountId, token, temporary, seconds, signal, log }: Call): Promise<Said> {
  const home = await mkdtemp(join(temporary, 'wrangler-'));
  const outputFile = join(home, 'output.ndjson');
  try {
    const result = await runTool({
      // The Node that runs us: wrangler refuses old ones, and the job's own may be one.
      command: process.execPath,
      args: [wrangler.entry, ...args],
      cwd: cwd ?? home,
      environment: wranglerEnvironment({ home, outputFile, accountId, token }),
      deadlineMs: seconds * 1000,
      signal,
      graceMs: GRACE_MS,
      log,
    });
    const output = readOutput(await readFile(outputFile, 'utf8').catch(() => ''));
    const { cancelled, timedOut } = result;
    // Interrupted, wrangler says 0.
    return { exitCode: cancelled || timedOut ? null : result.exitCode, timedOut, ...output, firstError: firstError(result.stdout, result.stderr, output.failure) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
