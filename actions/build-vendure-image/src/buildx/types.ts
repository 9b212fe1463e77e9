import type { Clock, Log } from '@vendure-deploy/shared/action';
import type { Secret } from '@vendure-deploy/shared/secrets';

export interface BuildRequest {
  /** `host/name:tag` */
  reference: string;
  /** Relative to the workspace, as `context`. */
  dockerfile: string;
  context: string;
  platform: 'linux/amd64';
  /** Default `false`: Fly takes no index with attestations, and with `mode=min` each retry of a push has another digest. */
  provenance?: 'false' | 'mode=min' | 'mode=max';
  labels: Readonly<Record<string, string>>;
  /** What the Dockerfile may take by ARG. Never a secret: the image's history shows them. */
  buildArguments: Readonly<Record<string, string>>;
  /** By the id of `RUN --mount=type=secret,id=…`; a value is only in the child's environment. */
  secrets: Readonly<Record<string, Secret>>;
  /** Written into a folder that exists for this call only. */
  login: { host: string; username: string; token: Secret };
  cache: CacheSettings;
  /** How often a push is tried again; default 2. */
  pushRetries?: number;
  /** Milliseconds for everything: preflight, all attempts, the waits between them. */
  deadlineMs: number;
  /** Milliseconds of an attempt that uses GitHub's cache; null: 60 % of what is left, at least 3 minutes. */
  attemptMs: number | null;
  /** Whether the app behind the repository exists; asked at most once, when the registry says that it knows no such repository. */
  appExists(): Promise<AppExists>;
  /** Before each attempt, which pushes by itself; what it throws ends the build. */
  fence(): Promise<void>;
  /** Gets the whole log of docker, redacted. */
  logFile: string;
  workspace: string;
  temporary: string;
  /** The process's variables: where docker is, and what the runner offers for GitHub's cache. Only named ones reach docker. */
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

export type AppExists = 'exists' | 'missing' | 'unknown';

export interface CacheSettings {
  /** auto: GitHub's cache where the runner offers it, else a local directory. */
  choice: 'auto' | 'gha' | 'local' | 'none';
  /** Also export to the registry, for laptops to read. */
  registryCacheTo: boolean;
  /** max exports the layers of all stages: far more requests, and 10 GB per repository at GitHub. */
  mode: 'min' | 'max';
  /** Of the local cache; absolute. */
  directory: string;
  /** `host/name:tag` of the cache in the registry; null: none is read, none is written. */
  registryReference: string | null;
}

export type CacheName = 'gha' | 'local' | 'registry';

export type Ended = 'ok' | 'build-failed' | 'cache-failed' | 'push-failed-transient' | 'push-failed-permanent' | 'app-missing' | 'timed-out' | 'cancelled' | 'no-space';

export interface Attempt {
  seconds: number;
  /** Which caches docker was told to use. */
  cache: { from: readonly CacheName[]; to: readonly CacheName[] };
  ended: Ended;
  /** The line of docker that tells why; '' when it ended well. */
  said: string;
}

/** What docker said, never what happened: that is read from the registry. */
export interface Built {
  /** Of the last attempt. */
  exitCode: number | null;
  timedOut: boolean;
  /** `containerimage.digest` of the metadata file; null when docker wrote none. */
  digest: string | null;
  attempts: readonly Attempt[];
  /** Why a cache that was asked for was not used, or not to the end. */
  cacheDropped: string | null;
}
