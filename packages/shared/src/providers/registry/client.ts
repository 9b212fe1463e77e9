import type { HttpClient } from '../../net/index.ts';
import { copyImage, type ImageCopy, type CopyResult } from './copy-image.ts';
import { causeOf, lookUp, type ImageLookup, type PresentImage, type Repository } from './look-up.ts';
import type { RegistryLogin } from './login.ts';
import { isSameRegistry, registryOrigin, type ImageRepository } from './reference.ts';
import { faultOf, saidBy } from './retry.ts';
import { registrySession, type RegistrySession, type SessionOptions } from './session.ts';

/** `proof`: the token server granted just that; or the login was taken for the repository, and Basic says no more before a push. */
export type PushAccess = { kind: 'granted'; proof: 'scope' | 'login' } | { kind: 'refused'; why: string } | { kind: 'unknown'; why: string };

export interface RegistryClient {
  readonly repository: ImageRepository;
  /** For `copyFrom` of another client. */
  readonly handle: Repository;
  /** What a tag or a digest names, whole: each manifest read and hashed, each blob there with its size. */
  lookUp(reference: string): Promise<ImageLookup>;
  /** Whether the login is taken for a push to the repository, without writing: a challenge for pull and push, answered, and one read with what it gave. */
  pushAccess(): Promise<PushAccess>;
  /**
   * Copies what was looked up at another client into this repository, under a tag that nothing else has; see `copyImage`.
   * @param how `mounter`: a client of this repository whose login reaches the source as well, where this one's does not
   */
  copyFrom(source: RegistryClient, image: PresentImage, tag: string, how: { say(line: string): void; mounter?: RegistryClient | undefined; beforeTag?: ImageCopy['beforeTag'] }): Promise<CopyResult>;
}

export interface RegistryOptions {
  http: HttpClient;
  clock: SessionOptions['clock'];
  signal: AbortSignal;
  random?: () => number;
  /** Of all that is asked by these clients, from now on; nothing is tried any more after it. Default: ten minutes. */
  budgetMs?: number;
  warn(text: string): void;
  /** Whether it is known from elsewhere that there is no such repository; asked when the registry says what Fly's says both then and while it is unwell. */
  isMissing?(repository: ImageRepository): Promise<boolean>;
}

const longestMs = 600_000;
/** Clients for repositories of any registries; those of one registry and one login share their connections and tokens. */
export function registries({ http, clock, signal, warn, random = Math.random, budgetMs = longestMs, isMissing = () => Promise.resolve(false) }: RegistryOptions): (repository: ImageRepository, login: RegistryLogin) => RegistryClient {
  const endsAt = clock.now() + budgetMs;
  const sessions = new Map<string, RegistrySession>();
  return (repository, login) => {
    const origin = registryOrigin(repository);
    const key = `${origin} ${login.username} ${login.password.reveal()}`;
    const session = sessions.get(key) ?? registrySession({ http, origin, login, clock, random, signal, endsAt, warn });
    sessions.set(key, session);
    return registryClient(repository, session, { signal, clock, isMissing });
  };
}

function registryClient(repository: ImageRepository, session: RegistrySession, { signal, clock, isMissing }: Required<Pick<RegistryOptions, 'signal' | 'clock' | 'isMissing'>>): RegistryClient {
  const mayPass: Repository['mayPass'] = async (result) => !(causeOf(result) === 'app-unknown' && await isMissing(repository));
  const handle: Repository = { session, name: repository.name, scope: [`repository:${repository.name}:pull,push`], mayPass };
  return {
    repository,
    handle,
    lookUp: (reference) => lookUp(handle, reference),
    async pushAccess() {
      const result = await session.send({ method: 'GET', to: `/v2/${repository.name}/tags/list?n=1`, scope: handle.scope, mayPass });
      // A repository without an image is not there yet, for whoever may push to it as well.
      const reached = result.kind === 'response' && (result.status < 300 || (result.status === 404 && faultOf(result)?.code === 'NAME_UNKNOWN' && causeOf(result) !== 'app-unknown'));
      const granted = session.granted(handle.scope);
      if (reached && granted !== null && !granted.includes('push')) return { kind: 'refused', why: `the registry's token server grants ${granted.join(', ') || 'nothing'} where pull and push were asked for` };
      if (reached) return { kind: 'granted', proof: granted === null ? 'login' : 'scope' };
      return { kind: causeOf(result) === 'refused' ? 'refused' : 'unknown', why: saidBy(result) };
    },
    copyFrom: (source, { image }, tag, { say, mounter, beforeTag }) =>
      copyImage({ image, source: source.handle, destination: handle, mounter: mounter?.handle ?? handle, tag, isSameRegistry: isSameRegistry(source.repository, repository), signal, clock, say, beforeTag }),
  };
}
