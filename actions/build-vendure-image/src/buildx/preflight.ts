import { glob, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '@vendure-deploy/shared/action';
import type { ToolResult } from '@vendure-deploy/shared/tools';
import { type Builder, readBuilder, type Version, versionIn } from './builder.ts';
import type { Docker } from './docker.ts';
import type { BuildRequest } from './types.ts';

export interface Machine {
  buildx: Version | null;
  builder: Builder;
  /** The classic docker driver cannot export a cache; with the containerd image store it can. */
  mayExport: boolean;
}

const QUESTION_MS = 30_000;

/** What a build needs and has not, before anything is written anywhere. @throws {UserError} */
export async function findFiles({ workspace, dockerfile, context }: Pick<BuildRequest, 'workspace' | 'dockerfile' | 'context'>): Promise<void> {
  if (!(await stat(join(workspace, context)).then((found) => found.isDirectory(), () => false))) throw new UserError(`build-vendure-image: the configuration's context is ${JSON.stringify(context)}, and the workspace has no such folder.`, { reasonCode: 'invalid-config' });
  if (await stat(join(workspace, dockerfile)).then((found) => found.isFile(), () => false)) return;
  const others = await dockerfilesIn(workspace);
  const meant = others.length === 0 ? 'The workspace has no Dockerfile at all' : `Did you mean ${others.slice(0, 3).join(' or ')}?`;
  throw new UserError(`build-vendure-image: the configuration's dockerfile is ${JSON.stringify(dockerfile)}, and the workspace has no such file. ${meant}`, { reasonCode: 'invalid-config' });
}

/** @throws {UserError} no docker, no buildx, no daemon */
export async function lookAtDocker(docker: Docker): Promise<Machine> {
  const version = await docker.ask(['buildx', 'version'], QUESTION_MS).catch((error: unknown) => { throw isMissing(error) ? new UserError('build-vendure-image: there is no `docker` on PATH. Use a runner that has it (ubuntu-latest does), or install docker and buildx.', { reasonCode: 'tool-unavailable' }) : error; });
  if (version.exitCode !== 0) throw noBuildx(version);
  const inspected = await docker.ask(['buildx', 'inspect'], QUESTION_MS);
  const builder = readBuilder(inspected.stdout);
  const why = builder.error ?? (inspected.exitCode === 0 ? null : lastLine(inspected));
  if (why !== null) throw new UserError(`build-vendure-image: docker cannot reach its builder: ${why}`, { reasonCode: 'tool-unavailable' });
  return { buildx: versionIn(version.stdout), builder, mayExport: builder.driver !== 'docker' || (await hasContainerdStore(docker)) };
}

async function hasContainerdStore(docker: Docker): Promise<boolean> {
  return (await docker.ask(['info', '--format', '{{json .DriverStatus}}'], QUESTION_MS)).stdout.includes('io.containerd.snapshotter');
}

/** `'buildx' is not a docker command`, `unknown command: docker buildx`, `the buildx component is missing`. */
function noBuildx(said: ToolResult): UserError {
  return new UserError(`build-vendure-image: this docker has no buildx (it says: ${lastLine(said, /buildx/)}). Install the plugin, as with  apt-get install docker-buildx  or use docker/setup-buildx-action.`, { reasonCode: 'tool-unavailable' });
}

function lastLine({ stdout, stderr, timedOut }: ToolResult, like = /\S/): string {
  if (timedOut) return `no answer within ${QUESTION_MS / 1000} s`;
  return `${stdout}\n${stderr}`.split('\n').findLast((line) => like.test(line))?.trim() ?? 'nothing';
}

function isMissing(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';
}

async function dockerfilesIn(workspace: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob('**/*', { cwd: workspace, exclude: (name) => ['node_modules', '.git', 'dist'].includes(basename(name)) })) {
    if (/^(?:dockerfile.*|.*\.dockerfile|containerfile)$/i.test(basename(path)) && !path.endsWith('.dockerignore')) found.push(path);
  }
  return found.sort((a, b) => a.length - b.length || a.localeCompare(b));
}
