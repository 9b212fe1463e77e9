import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { digestOf } from '../registry/digest.ts';
import type { PackedImage } from '../registry/index.ts';
import { copyContext } from './context.ts';
import { expand, readDockerfile, refuseAt, words } from './dockerfile.ts';
import { copyTree, layerOf } from './layer.ts';
import { Refusal } from './refusal.ts';
import { perform, type Stage, type StageInputs } from './stage.ts';

export interface BuildOptions {
  readonly context: string;
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly buildArguments?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Where npm and pnpm have their configuration and stores; default: the user's own. */
  readonly home?: string;
  readonly log?: (line: string) => void;
}

/** Node's official images and nothing: the bases whose content a Machine of the twin supplies. */
const EMPTY_BASE = /^(?:docker\.io\/)?(?:library\/)?node(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$|^scratch$/;

/**
 * Builds the image that a Dockerfile of the subset describes.
 * @throws {Refusal} what the stand-in does not understand, with file and line
 */
export async function buildImage(options: BuildOptions): Promise<PackedImage> {
  const temporary = await mkdtemp(join(tmpdir(), 'docker-stand-in-'));
  try {
    return await pack(await finalStage(options, temporary), options.labels ?? {});
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function finalStage(options: BuildOptions, temporary: string): Promise<Stage> {
  const file = resolve(options.dockerfile ?? join(options.context, 'Dockerfile'));
  const path = relative(resolve(options.context), file);
  const text = await readFile(file, 'utf8').catch(() => { throw new Refusal(`failed to read dockerfile: open ${path}: no such file or directory`); });
  const context = join(temporary, 'context');
  await mkdir(context);
  await copyContext(resolve(options.context), context, file);
  const log = options.log ?? ((): void => undefined);
  const globals: Record<string, string> = {};
  const stages: Stage[] = [];
  let stage: Stage | undefined;
  for (const instruction of readDockerfile(text, path)) {
    const inputs: StageInputs = { path, context, temporary, buildArguments: options.buildArguments ?? {}, globals, stages, home: options.home ?? homedir(), log };
    log(`[${stage?.name ?? 'global'}] ${instruction.keyword} ${instruction.rest}`);
    if (instruction.keyword === 'FROM') {
      if (stage !== undefined && stage.name === options.target) return stage;
      stage = await begin(expand(instruction.rest, globals), instruction.line, inputs);
      stages.push(stage);
    } else if (stage === undefined) {
      if (instruction.keyword !== 'ARG') refuseAt(path, instruction.line, `${instruction.keyword} before the first FROM`);
      const [name = '', fallback] = instruction.rest.split('=', 2);
      const value = inputs.buildArguments[name] ?? fallback;
      if (value !== undefined) globals[name] = value;
    } else {
      await perform(stage, instruction, inputs);
    }
  }
  if (stage === undefined || (options.target !== undefined && stage.name !== options.target)) throw new Refusal(`target stage "${options.target ?? ''}" could not be found`);
  return stage;
}

async function begin(text: string, line: number, inputs: StageInputs): Promise<Stage> {
  const parts = words(text).filter((word) => !word.startsWith('--platform='));
  const [base = '', as, name] = parts;
  if (parts.length !== 1 && !(parts.length === 3 && as?.toUpperCase() === 'AS')) refuseAt(inputs.path, line, `FROM ${text} is not "FROM base [AS name]"`);
  const root = join(inputs.temporary, `stage-${inputs.stages.length}`);
  await mkdir(root);
  const parent = inputs.stages.find((stage) => stage.name === base);
  if (parent === undefined && !EMPTY_BASE.test(base)) refuseAt(inputs.path, line, `the stand-in has no base image ${base}: node:…, scratch or an earlier stage`);
  if (parent !== undefined) await copyTree(parent.root, root);
  return {
    name: name ?? String(inputs.stages.length), root,
    layers: [...parent?.layers ?? []], environment: { ...parent?.environment ?? { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } },
    arguments: {}, labels: { ...parent?.labels }, ports: [...parent?.ports ?? []], workingDirectory: parent?.workingDirectory ?? '/',
    user: parent?.user ?? '', entrypoint: [...parent?.entrypoint ?? []], command: [...parent?.command ?? []],
  };
}

async function pack(stage: Stage, labels: Readonly<Record<string, string>>): Promise<PackedImage> {
  const layers = (await Promise.all(stage.layers.map(layerOf))).filter((layer) => layer !== null);
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const config = json({
    architecture: 'amd64', os: 'linux', created: '1970-01-01T00:00:00Z',
    config: {
      Env: Object.entries(stage.environment).map(([name, value]) => `${name}=${value}`),
      ...(stage.entrypoint.length === 0 ? {} : { Entrypoint: stage.entrypoint }), ...(stage.command.length === 0 ? {} : { Cmd: stage.command }),
      ...(stage.user === '' ? {} : { User: stage.user }), ...(stage.ports.length === 0 ? {} : { ExposedPorts: Object.fromEntries(stage.ports.map((port) => [port, {}])) }),
      WorkingDir: stage.workingDirectory, Labels: { ...stage.labels, ...labels },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = json({
    schemaVersion: 2, mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config).text, size: config.byteLength },
    layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: layer.digest, size: layer.bytes.byteLength })),
  });
  return { mediaType, manifest, config, layers: layers.map(({ digest, bytes }) => ({ digest, bytes })) };
}
