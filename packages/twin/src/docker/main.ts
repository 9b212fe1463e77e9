import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import { digestOf } from '../registry/digest.ts';
import { imageDigest, type PackedImage } from '../registry/index.ts';
import { buildImage } from './build.ts';
import { readBuildCommand, type BuildCommand } from './command.ts';
import { askEffect } from './effect.ts';
import { pushImage } from './push.ts';
import { Refusal } from './refusal.ts';

/** The versions whose flags, files and words the stand-in keeps to. */
const DOCKER = '28.5.2';
const BUILDX = '0.29.1';
const INSPECTED = `Name:          default
Driver:        docker

Nodes:
Name:             default
Endpoint:         default
Status:           running
BuildKit version: v0.25.1
Platforms:        linux/amd64`;
/** As with the containerd image store, which alone lets the daemon's own builder export a cache. */
const DRIVER_STATUS = '[["driver-type","io.containerd.snapshotter.v1"]]';

/** Progress goes to stderr, as buildx does it. @returns the exit code */
export async function main(argv: string[], options: { control: string }): Promise<number> {
  const [command, ...rest] = argv;
  try {
    if (command === 'version' || command === '--version' || command === '-v') return say(`Docker version ${DOCKER}-stand-in, build twin`);
    if (command === 'info' && rest.join(' ') === '--format {{json .DriverStatus}}') return say(DRIVER_STATUS);
    if (command !== 'buildx') throw new Refusal(`the stand-in does not understand "docker ${command ?? ''}": version, info --format '{{json .DriverStatus}}', buildx version, buildx inspect, buildx build`);
    if (rest[0] === 'version') return say(`github.com/docker/buildx ${BUILDX} stand-in`);
    if (rest[0] === 'inspect' && rest.length === 1) return say(INSPECTED);
    if (rest[0] !== 'build' && rest[0] !== 'b') throw new Refusal(`the stand-in does not understand "docker buildx ${rest[0] ?? ''}": version, inspect, build`);
    return await build(readBuildCommand(rest.slice(1)), options.control);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    progress(`ERROR: ${error.message}`);
    return 1;
  }
}

async function build(command: BuildCommand, control: string): Promise<number> {
  const effect = await askEffect(control);
  if (effect.kind === 'exit' && !effect.after) return effect.code;
  if (effect.kind === 'hang') await new Promise(() => setInterval(() => undefined, 60_000));
  if (effect.kind === 'killed') setTimeout(() => process.kill(process.pid, 'SIGKILL'), effect.afterMs);
  for (const flag of command.unused) progress(`WARNING: the stand-in has no build cache: ${flag} is unused`);
  let step = 0;
  const image = await buildImage({
    context: command.context, labels: command.labels, buildArguments: command.buildArguments,
    ...(command.dockerfile === null ? {} : { dockerfile: command.dockerfile }), ...(command.target === null ? {} : { target: command.target }),
    log: (line) => progress(`#${++step} ${line}`),
  }).catch((error: unknown) => { throw error instanceof Refusal ? new Refusal(`failed to solve: ${error.message}`) : error; });
  progress(`#${++step} exporting manifest ${imageDigest(image)} done`);
  if (command.push) {
    if (command.tags.length === 0) throw new Refusal('tag is needed when pushing to registry');
    http.setGlobalProxyFromEnv();
    for (const tag of command.tags) {
      const pushed = await pushImage(tag, image);
      progress(`#${++step} pushing manifest for ${pushed.name}@${pushed.digest} done`);
    }
  } else {
    progress('WARNING: No output specified. Build result will only remain in the build cache.');
  }
  if (command.metadataFile !== null) await writeFile(command.metadataFile, metadata(image, command.tags));
  return effect.kind === 'exit' ? effect.code : 0;
}

/** The keys of buildx's metadata file; `containerimage.digest` is the pushed one. */
function metadata(image: PackedImage, tags: readonly string[]): string {
  const digest = imageDigest(image);
  return `${JSON.stringify({
    'buildx.build.ref': `default/default/${randomBytes(12).toString('hex')}`,
    'containerimage.config.digest': digestOf(image.config).text,
    'containerimage.descriptor': { mediaType: image.mediaType, digest, size: image.manifest.byteLength },
    'containerimage.digest': digest,
    'image.name': tags.join(','),
  }, null, 2)}\n`;
}

function say(line: string): number {
  process.stdout.write(`${line}\n`);
  return 0;
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
