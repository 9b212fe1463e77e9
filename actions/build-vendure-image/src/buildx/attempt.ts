import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import type { ToolResult } from '@vendure-deploy/shared/tools';
import { buildArgv } from './argv.ts';
import { type CachePlan, uses } from './caches.ts';
import type { BuildLog } from './disk.ts';
import type { Docker } from './docker.ts';
import { ghaEnvironment } from './gha-environment.ts';
import type { GhaAnswer } from './gha-offer.ts';
import { digestOfMetadata } from './metadata.ts';
import type { Machine } from './preflight.ts';
import { failureOf } from './push-failure.ts';
import type { AppExists, Attempt, BuildRequest } from './types.ts';

/** What all attempts of one build share. */
export interface Ground {
  request: BuildRequest;
  docker: Docker;
  machine: Machine;
  buildLog: BuildLog;
  folder: string;
  until: number;
  gha: GhaAnswer;
}

export interface Attempted {
  attempt: Attempt;
  tool: ToolResult;
  digest: string | null;
}

/** Runs docker once. @param app asked when the registry says that it knows no such repository */
export async function attemptBuild(ground: Ground, plan: CachePlan, deadlineMs: number, app: () => Promise<AppExists>): Promise<Attempted> {
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
  if (tool.timedOut) return { ended: 'timed-out', said: '' };
  const { kind, said: raw } = failureOf(lines);
  const said = processRedactor.redact(raw);
  switch (kind) {
    case 'build': return { ended: 'build-failed', said };
    case 'cache': return { ended: 'cache-failed', said };
    case 'no-space': return { ended: 'no-space', said };
    case 'push-permanent': return { ended: 'push-failed-permanent', said };
    case 'push-transient': return { ended: 'push-failed-transient', said };
    case 'repository-unknown': return { ended: (await app()) === 'missing' ? 'app-missing' : 'push-failed-transient', said };
  }
}
