import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import { attemptBuild, type Ground } from './attempt.ts';
import { prepareDirectory, rotateDirectory } from './cache-directory.ts';
import { cacheScope, type CachePlan, NO_CACHE, planCaches, uses, without } from './caches.ts';
import { openBuildLog, withRoom } from './disk.ts';
import { dockerOf } from './docker.ts';
import { ghaOfferOf } from './gha-offer.ts';
import { writeLogin } from './login.ts';
import { attemptDeadline, nextAttempt } from './next-attempt.ts';
import { findFiles, lookAtDocker } from './preflight.ts';
import type { AppExists, Attempt, BuildRequest, Built } from './types.ts';

/**
 * Builds the image and pushes it under its tag, with a login that exists only for this call.
 * @throws {UserError} before docker builds anything: no docker, no buildx, no daemon, no such Dockerfile, no room on the disk
 */
export async function buildAndPush(request: BuildRequest): Promise<Built> {
  const until = request.clock.now() + request.deadlineMs;
  for (const secret of Object.values(request.secrets)) processRedactor.register(secret);
  await findFiles(request);
  const folder = await withRoom(() => mkdtemp(join(request.temporary, 'image-build-')));
  try {
    const docker = dockerOf(request, await withRoom(() => writeLogin(join(folder, 'docker'), request)));
    const machine = await lookAtDocker(docker);
    using buildLog = openBuildLog(request.logFile, (why) => request.log.warning(`The build log ${request.logFile} is not whole: ${why}`));
    return await attemptsOf({ request, docker, machine, buildLog, folder, until, gha: ghaOfferOf(request.environment, request.clock.now()) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function attemptsOf(ground: Ground): Promise<Built> {
  const { request: { log, clock, signal, pushRetries = 2, attemptMs, cache }, gha } = ground;
  const planned = await cachesOf(ground);
  const app = askedOnce(ground.request);
  const attempts: Attempt[] = [];
  let { plan, dropped } = planned;
  for (const why of dropped) log.warning(`A cache is left out: ${why}.`);
  if (uses(plan, 'gha') && gha.kind === 'offered') log.info(`GitHub's cache: scopes ${gha.offer.scopes.join(', ')}${gha.offer.mayWrite ? '' : ', read only'}`);
  for (;;) {
    await ground.request.fence();
    const deadlineMs = attemptDeadline(uses(plan, 'gha'), { pushRetries, attemptMs }, ground.until - clock.now());
    const { attempt, tool, digest } = await log.group(`Build and push with docker${attempts.length === 0 ? '' : `, attempt ${attempts.length + 1}`}`, () => attemptBuild(ground, plan, deadlineMs, app));
    attempts.push(attempt);
    if (attempt.ended === 'ok' && uses(plan, 'local')) await rotateDirectory(cache.directory).catch((error: unknown) => log.warning(`The local cache could not be renewed: ${String(error)}`));
    const next = nextAttempt(attempts, { pushRetries, attemptMs }, ground.until - clock.now());
    const built: Built = { exitCode: tool.exitCode, timedOut: tool.timedOut, digest, attempts, cacheDropped: dropped.length === 0 ? null : dropped.join('; ') };
    if (next.kind === 'stop') return built;
    log.warning(`${next.why}${attempt.said === '' ? '' : `: ${attempt.said}`}`);
    if (next.drop !== 'exports') dropped = [...dropped, next.drop === 'gha' ? 'GitHub\'s cache was left out after an attempt that did not end in time' : attempt.said];
    if (next.drop === 'gha') await letGo(ground);
    plan = next.drop === 'gha' ? without(plan, 'gha') : next.drop === 'all' ? NO_CACHE : { ...plan, to: [] };
    await clock.sleep(next.waitMs, signal).catch(() => undefined);
    if (signal.aborted) return built;
  }
}

async function cachesOf({ request: { cache, reference, platform }, machine, gha }: Ground): Promise<{ plan: CachePlan; dropped: string[] }> {
  const mayBeLocal = cache.choice === 'local' || (cache.choice === 'auto' && gha.kind === 'absent');
  const directory = mayBeLocal ? await prepareDirectory(cache.directory) : { kind: 'usable' as const, hasIndex: false };
  return planCaches(cache, cacheScope(reference, platform), { gha, buildx: machine.buildx, buildkit: machine.builder.buildkit, mayExport: machine.mayExport, directory });
}

/** Fly's registry says the same of an app that does not exist and while it is unwell. */
function askedOnce({ appExists }: BuildRequest): () => Promise<AppExists> {
  let answer: Promise<AppExists> | null = null;
  return () => (answer ??= appExists().catch(() => 'unknown' as const));
}

/** A BuildKit in a container waits on for the cache that hangs (cache-relay.ts), and there no relay reaches: stopped, it starts anew with the next build. */
async function letGo({ docker, machine: { builder }, request: { log } }: Ground): Promise<void> {
  if (builder.driver !== 'docker-container') return;
  log.info(`Stopping the builder ${builder.name}, which may still wait for the cache`);
  await docker.ask(['buildx', 'stop', builder.name], 30_000);
}
