import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Log } from '@vendure-deploy/shared/action';
import { Secret } from '@vendure-deploy/shared/secrets';
import type { BuildRequest } from '../../../src/buildx/types.ts';

export interface Stage extends AsyncDisposable {
  readonly request: BuildRequest;
  readonly folder: string;
  /** Every line that the log was given, with its kind before it. */
  readonly said: readonly string[];
  /** The waits that the clock was asked for, which it does not wait. */
  readonly waits: readonly number[];
}

/** A workspace with a Dockerfile, and a request to build it. */
export async function openStage(more: Partial<BuildRequest> = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'build-request-'));
  for (const path of ['workspace', 'temporary', 'home']) await mkdir(join(folder, path));
  await writeFile(join(folder, 'workspace/Dockerfile'), 'FROM scratch\n');
  const said: string[] = [];
  const waits: number[] = [];
  const say = (kind: string) => (text: string): void => void said.push(`${kind} ${text}`);
  const log: Log = { info: say('info'), warning: say('warning'), error: say('error'), notice: say('notice'), debug: () => undefined, group: (title, work) => { said.push(`group ${title}`); return work(); } };
  const clock: Clock = { now: () => Date.now(), sleep: (ms) => { waits.push(ms); return Promise.resolve(); } };
  return {
    folder, said, waits,
    request: {
      reference: 'registry.fly.io/shop:production-1', dockerfile: 'Dockerfile', context: '.', platform: 'linux/amd64', labels: {}, buildArguments: {}, secrets: {},
      login: { host: 'registry.fly.io', username: 'x', token: new Secret('FlyV1 fm2_the-token') },
      cache: { choice: 'none', registryCacheTo: false, mode: 'min', directory: join(folder, 'cache'), registryReference: null },
      deadlineMs: 600_000, attemptMs: null, appExists: () => Promise.resolve('unknown'), fence: () => Promise.resolve(), logFile: join(folder, 'build.log'),
      workspace: join(folder, 'workspace'), temporary: join(folder, 'temporary'), environment: { HOME: join(folder, 'home') }, clock, log, signal: new AbortController().signal,
      ...more,
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
