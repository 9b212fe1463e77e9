import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Log } from '@vendure-deploy/shared/action';
import { registryLogin } from '@vendure-deploy/shared/providers/registry';
import { processRedactor, type Secret } from '@vendure-deploy/shared/secrets';
import { childEnvironment, runTool } from '@vendure-deploy/shared/tools';
import { buildArguments, digestOfMetadata, isRegistryUnwell, type BuildPlan } from './buildx.ts';

export interface BuildRequest {
  plan: Omit<BuildPlan, 'metadataFile'>;
  host: string;
  token: Secret;
  workspace: string;
  temporary: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** What docker said; what happened is read from the registry. */
export interface Built {
  exitCode: number | null;
  timedOut: boolean;
  digest: string | null;
  attempts: number;
}

// A cold build of a Vendure server takes 5 to 10 minutes on a hosted runner; the job's own limit is 30.
const buildMs = 25 * 60_000;
const retries = 2;

/** Builds and pushes with a login that exists only for this call. */
export async function build(request: BuildRequest): Promise<Built> {
  const folder = await mkdtemp(join(request.temporary, 'image-build-'));
  try {
    const login = join(folder, 'docker');
    await mkdir(login, { mode: 0o700 });
    await writeFile(join(login, 'config.json'), loginFile(request.host, request.token), { mode: 0o600 });
    for (let attempt = 1; ; attempt += 1) {
      const metadataFile = join(folder, `metadata-${attempt}.json`);
      const tool = await runTool({
        command: 'docker', args: buildArguments({ ...request.plan, metadataFile }), cwd: request.workspace,
        environment: childEnvironment({ DOCKER_CONFIG: login, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }),
        deadlineMs: buildMs, signal: request.signal, log: request.log,
      });
      request.signal.throwIfAborted();
      const failed = tool.exitCode !== 0;
      if (failed && attempt <= retries && isRegistryUnwell(tool.stderr + tool.stdout)) {
        request.log.warning(`The registry says that the app's repository is unknown; trying again (${attempt} of ${retries}).`);
        await request.clock.sleep(5_000 * 2 ** (attempt - 1), request.signal);
        continue;
      }
      return { exitCode: tool.exitCode, timedOut: tool.timedOut, digest: digestOfMetadata(await readFile(metadataFile, 'utf8').catch(() => '')), attempts: attempt };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function loginFile(host: string, token: Secret): string {
  const auth = Buffer.from(registryLogin(token)).toString('base64');
  processRedactor.register(auth);
  return JSON.stringify({ auths: { [host]: { auth } } });
}
