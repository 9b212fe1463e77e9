import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processRedactor } from '@vendure-deploy/shared/secrets';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';
import { buildArgv } from './argv.ts';
import { NO_CACHE } from './caches.ts';
import { digestOfMetadata } from './metadata.ts';
import type { BuildRequest, Built } from './types.ts';

/**
 * Builds the image and pushes it under its tag, with a login that exists only for this call.
 * @throws {UserError} before docker builds anything: no docker, no buildx, no daemon, no such Dockerfile, no room on the disk
 */
export async function buildAndPush(request: BuildRequest): Promise<Built> {
  const folder = await mkdtemp(join(request.temporary, 'image-build-'));
  try {
    const login = join(folder, 'docker');
    await mkdir(login, { mode: 0o700 });
    await writeFile(join(login, 'config.json'), loginFile(request.login), { mode: 0o600 });
    const metadataFile = join(folder, 'metadata.json');
    const tool = await runTool({
      command: 'docker',
      args: buildArgv({ ...request, provenance: request.provenance ?? 'false', metadataFile, secretVariables: {}, cache: NO_CACHE }),
      cwd: request.workspace,
      environment: childEnvironment({ DOCKER_CONFIG: login, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }),
      deadlineMs: request.deadlineMs, signal: request.signal, log: request.log,
    });
    const digest = digestOfMetadata(await readFile(metadataFile, 'utf8').catch(() => ''));
    return { exitCode: tool.exitCode, timedOut: tool.timedOut, digest, attempts: [{ seconds: tool.seconds, cache: { from: [], to: [] }, ended: tool.exitCode === 0 ? 'ok' : 'build-failed', said: '' }], cacheDropped: null };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function loginFile({ host, username, token }: BuildRequest['login']): string {
  const auth = Buffer.from(`${username}:${token.reveal().replace(/^FlyV1\s+/, '')}`).toString('base64');
  processRedactor.register(auth);
  return JSON.stringify({ auths: { [host]: { auth } } });
}
