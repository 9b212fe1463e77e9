import { UserError } from '../../action/errors.ts';
import { parseImageReference } from '../../release/index.ts';

export interface ImageRepository {
  /** Host and port. */
  host: string;
  /** The path within the registry. */
  name: string;
}

export interface ImageName extends ImageRepository {
  tag: string | null;
  digest: string | null;
}

/** `host[:port]/path`, without tag and digest. @throws {UserError} */
export function parseImageRepository(text: string): ImageRepository {
  const found = parseImageReference(text);
  if (found === null || found.tag !== null || found.digest !== null) throw new UserError(`image-repository is ${JSON.stringify(text)}. Give host/name in lower case, without a scheme, a tag or a digest, as registry.fly.io/shop-production.`, { reasonCode: 'invalid-config' });
  return { host: found.registry, name: found.name };
}

/** `host[:port]/path` with a tag, a digest, or both. @throws {UserError} what of it is not allowed, and what to write */
export function parseImageName(text: string): ImageName {
  const found = parseImageReference(text);
  if (found !== null && (found.tag !== null || found.digest !== null)) return { host: found.registry, name: found.name, tag: found.tag, digest: found.digest };
  throw new UserError(`input \`image\` is ${JSON.stringify(text)}: ${faultOf(text, found !== null)}. Give host/name:tag or host/name@sha256:<64 hex>, as registry.fly.io/shop-staging:staging-<sha>.`);
}

function faultOf(text: string, isRepository: boolean): string {
  if (isRepository) return 'it has neither a tag nor a digest';
  if (/\s/.test(text)) return 'it has a space in it';
  if (/^[a-z]+:\/\//i.test(text)) return 'it begins with a scheme';
  if (text.includes('@') && !/@sha256:[0-9a-f]{64}$/.test(text)) return 'what follows @ is no digest';
  const [, path = '', tag] = /^([^@]*?)(?::([^/@]*))?(?:@.*)?$/.exec(text) ?? [];
  if (/[A-Z]/.test(path)) return 'host and name are in lower case in every registry';
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return 'its tag is not of letters, digits, "_", "." and "-", or longer than 128';
  if (!/^[^/]*[.:][^/]*\/|^localhost\//.test(text)) return 'it has no registry host in front';
  return 'a registry would not take that name';
}

/** Two names of one registry: Docker's own has several. */
export function isSameRegistry(one: ImageRepository, other: ImageRepository): boolean {
  return apiHost(one) === apiHost(other);
}

/** Plain http to loopback only, where no certificate can be had. */
export function registryOrigin(repository: ImageRepository): string {
  return `${/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(repository.host) ? 'http' : 'https'}://${apiHost(repository)}`;
}

function apiHost({ host }: ImageRepository): string {
  return ['docker.io', 'index.docker.io'].includes(host) ? 'registry-1.docker.io' : host;
}
