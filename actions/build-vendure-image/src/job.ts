import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ActionContext, UserError } from '@vendure-deploy/shared/action';
import { type DeployConfig, environmentOf, loadConfig, surfaceOf, type VendureSurface } from '@vendure-deploy/shared/config';
import { refuseUnrenewable } from '@vendure-deploy/shared/lock';
import { type ImageName, type ImageRepository, loginOf, parseImageName, parseImageRepository, type RegistryLogin } from '@vendure-deploy/shared/providers/registry';
import type { Secret } from '@vendure-deploy/shared/secrets';
import { imageTag } from './image-tag.ts';
import type { inputs as declared } from './inputs.ts';

/** Where an image may be copied from. */
export interface Source {
  /** For messages: `staging`, or the image as it was given. */
  readonly name: string;
  readonly repository: ImageRepository;
  /** A tag, or a digest. */
  readonly reference: string;
  /** Given beside the tag: it has to be what the tag names. */
  readonly digest: string | null;
  readonly isGiven: boolean;
}

/** What is asked for, read and found to be allowed, before anything is asked of anybody. */
export interface Job {
  readonly environment: string;
  readonly sha: string;
  readonly tag: string;
  readonly surface: VendureSurface;
  readonly repository: ImageRepository;
  /** `host/name` as configured, for messages; never an output. */
  readonly place: string;
  readonly login: RegistryLogin;
  readonly sourceLogin: RegistryLogin;
  readonly source: Source | null;
  readonly requirePrebuilt: boolean;
  readonly buildSecrets: Readonly<Record<string, Secret>>;
  readonly cacheDirectory: string;
}

/** @throws {UserError} for whatever of it is not allowed */
export async function readJob({ inputs, workspace, run, environment }: ActionContext<typeof declared>): Promise<Job> {
  refuseUnrenewable(inputs);
  const config = await loadConfig(resolve(workspace, inputs.config));
  const surface = surfaceOf(config, inputs.environment, 'vendure');
  const place = surface['image-repository'];
  const repository = parseImageRepository(place);
  const given = inputs.image === '' ? null : parseImageName(inputs.image);
  const isOwn = given !== null && given.tag !== null && given.host === repository.host && given.name === repository.name;
  const username = inputs['registry-username'];
  const login = loginOf(inputs['registry-token'], username);
  return {
    environment: inputs.environment,
    sha: inputs.sha,
    // An image of this very repository is used under the tag that it was given by.
    tag: isOwn && given.tag !== null ? given.tag : imageTag(inputs['image-tag'], inputs.environment, inputs.sha),
    surface,
    repository,
    place,
    login,
    sourceLogin: inputs['source-registry-token'].isEmpty ? login : loginOf(inputs['source-registry-token'], username),
    source: given === null ? configuredSource(config, inputs) : givenSource(given, inputs.image),
    requirePrebuilt: inputs['require-prebuilt'] || given !== null,
    buildSecrets: Object.fromEntries(inputs['build-secrets']),
    cacheDirectory: resolve(workspace, inputs['cache-directory'] || join(cacheHome(environment), 'vendure-deploy', 'image-build', run.repository.replaceAll('/', '+'), inputs.environment)),
  };
}

function givenSource({ host, name, tag, digest }: ImageName, text: string): Source {
  return { name: text, repository: { host, name }, reference: tag ?? digest ?? '', digest, isGiven: true };
}

function configuredSource(config: DeployConfig, inputs: ActionContext<typeof declared>['inputs']): Source | null {
  const { 'promote-from': configured = '' } = environmentOf(config, inputs.environment);
  const name = inputs['promote-from'] || configured;
  if (name === '' || name === 'none') return null;
  if (name === inputs.environment) throw new UserError(`build-vendure-image: \`promote-from\` is ${JSON.stringify(name)}, the environment itself. Allowed: another environment of the configuration, or none.`);
  if (!Object.hasOwn(config.environments, name)) throw new UserError(`build-vendure-image: \`promote-from\` is ${JSON.stringify(name)}. Allowed: ${Object.keys(config.environments).filter((one) => one !== inputs.environment).join(', ')}, or none.`);
  const { 'image-repository': place } = surfaceOf(config, name, 'vendure');
  return { name, repository: parseImageRepository(place), reference: imageTag('', name, inputs.sha), digest: null, isGiven: false };
}

function cacheHome(environment: Readonly<Record<string, string>>): string {
  return process.env['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
}
