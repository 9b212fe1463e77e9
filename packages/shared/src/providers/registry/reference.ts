import { UserError } from '../../action/errors.ts';

export interface ImageRepository {
  /** Host and port. */
  host: string;
  /** The path within the registry. */
  name: string;
}

/** `host[:port]/path`, without tag and digest. @throws {UserError} */
export function parseImageRepository(text: string): ImageRepository {
  const match = /^((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?|localhost(?::\d+)?|127\.0\.0\.1(?::\d+)?)\/([a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) throw new UserError(`image-repository is ${JSON.stringify(text)}. Give host/name in lower case, without a scheme, a tag or a digest, as registry.fly.io/shop-production.`, { reasonCode: 'invalid-config' });
  return { host: match[1], name: match[2] };
}

export function registryOrigin(repository: ImageRepository): string {
  return `${/^(?:localhost|127\.0\.0\.1)(?::|$)/.test(repository.host) ? 'http' : 'https'}://${repository.host}`;
}
