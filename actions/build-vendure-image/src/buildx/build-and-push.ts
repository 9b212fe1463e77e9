import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import type { ToolResult } from '@vendure-deploy/shared/tools';
import { buildArgv } from './argv.ts';
import { prepareDirectory, rotateDirectory } from './cache-directory.ts';
import { cacheScope, type CachePlan, NO_CACHE, planCaches, uses, without } from './caches.ts';
import { type BuildLog, openBuildLog, withRoom } from './disk.ts';
import { type Docker, dockerOf } from './docker.ts';
import { ghaEnvironment } from './gha-environment.ts';
import { type GhaAnswer, ghaOfferOf } from './gha-offer.ts';
import { writeLogin } from './login.ts';
import { digestOfMetadata } from './metadata.ts';
import { attemptDeadline, nextAttempt } from './next-attempt.ts';
import { findFiles, lookAtDocker, type Machine } from './preflight.ts';
import { failureOf } from './push-failure.ts';
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

interface Ground {
  request: BuildRequest;
  docker: Docker;
  machine: Machine;
  buildLog: BuildLog;
  folder: string;
  until: number;
  gha: GhaAnswer;
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
    const deadlineMs = attemptDeadline(uses(plan, 'gha'), { pushRetries, attemptMs }, ground.until - clock.now());
    const { attempt, tool, digest } = await log.group(`Build and push with docker${attempts.length === 0 ? '' : `, attempt ${attempts.length + 1}`}`, () => attemptWith(ground, plan, deadlineMs, app));
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

async function attemptWith(ground: Ground, plan: CachePlan, deadlineMs: number, app: () => Promise<AppExists>): Promise<{ attempt: Attempt; tool: ToolResult; digest: string | null }> {
  const { request, docker, machine, buildLog, folder, gha } = ground;
  const metadataFile = join(folder, 'metadata.json');
  await rm(metadataFile, { force: true });
  const secrets = Object.entries(request.secrets).map(([id, secret], index) => ({ id, secret, variable: `BUILD_SECRET_${index + 1}` }));
  const args = buildArgv({
    ...request, provenance: request.provenance ?? 'false', metadataFile, cache: plan,
    secretVariables: Object.fromEntries(secrets.map(({ id, variable }) => [id, variable])),
  });
  const lines: string[] = [];
  await using cacheVariables = await ghaEnvironment(uses(plan, 'gha') && gha.kind === 'offered' ? gha.offer : null, machine.builder, request.environment);
  buildLog.line(`# docker ${args.join(' ')}`);
  const tool = await docker.build(args, {
    environment: { ...cacheVariables.environment, ...Object.fromEntries(secrets.map(({ variable, secret }) => [variable, secret])) },
    deadlineMs,
    onLine(line) {
      lines.push(line);
      buildLog.line(line);
    },
  });
  const names = { from: plan.from.map(({ name }) => name), to: plan.to.map(({ name }) => name) };
  const attempt = { seconds: tool.seconds, cache: names, ...(await endingOf(tool, lines, app)) };
  return { attempt, tool, digest: digestOfMetadata(await readFile(metadataFile, 'utf8').catch(() => '')) };
}

async function endingOf(tool: ToolResult, lines: readonly string[], app: () => Promise<AppExists>): Promise<Pick<Attempt, 'ended' | 'said'>> {
  if (tool.exitCode === 0) return { ended: 'ok', said: '' };
  if (tool.cancelled) return { ended: 'cancelled', said: '' };
  const { kind, said: raw } = failureOf(lines);
  const said = processRedactor.redact(raw);
  if (tool.timedOut) return { ended: 'timed-out', said: '' };
  switch (kind) {
    case 'build': return { ended: 'build-failed', said };
    case 'cache': return { ended: 'cache-failed', said };
    case 'no-space': return { ended: 'no-space', said };
    case 'push-permanent': return { ended: 'push-failed-permanent', said };
    case 'push-transient': return { ended: 'push-failed-transient', said };
    case 'repository-unknown': return { ended: (await app()) === 'missing' ? 'app-missing' : 'push-failed-transient', said };
  }
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
