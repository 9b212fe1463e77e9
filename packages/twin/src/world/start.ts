import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsWorld, createAwsWorld } from '../aws/index.ts';
import { type CloudflareWorld, createCloudflareWorld } from '../cloudflare/index.ts';
import { createDatabaseWorld, type DatabaseWorld } from '../database/index.ts';
import type { FaultScript } from '../faults/index.ts';
import { createFlyWorld, type FlyWorld } from '../fly/index.ts';
import { createGithubWorld, type GithubWorld } from '../github/index.ts';
import type { Provider } from '../provider.ts';
import { createRegistryWorld, type Reach, type RegistryWorld } from '../registry/index.ts';
import { fillShelf, installedFlyctl, packFlyctl } from '../shelf/index.ts';
import type { Truth } from '../truth/index.ts';
import { readTruth, type Surfaces } from './read-truth.ts';
import { workersOutbound } from './outbound.ts';
import { type Attending, openRun, type TwinRun, type TwinRunOptions } from './run.ts';
import { readSaved, type SavedWorld, writeSaved } from './saved.ts';
import { shopHosts } from './shop-hosts.ts';

export interface TwinOptions {
  /** The world's folder; what an earlier twin kept there comes back. */
  readonly directory: string;
  /** The twin's and its stand-ins' own waits run this many times faster; actions are not told. */
  readonly speed: number;
  /** `tags`: names under which callers know its newest commit. */
  readonly suite: { readonly repository: string; readonly directory: string; readonly tags?: readonly string[] };
  readonly accountId: string;
  readonly zones: readonly { readonly id: string; readonly name: string }[];
  /** flyctl releases that the rehearsed GitHub offers. */
  readonly flyctlVersions: readonly string[];
  /** Real tools instead of stand-ins, by their paths. */
  readonly tools?: { readonly flyctl?: string | undefined };
}

export interface Twin {
  /** The world was kept by an earlier twin: it has its seed already. */
  readonly restored: boolean;
  /** A folder for PATH. */
  readonly shelf: string;
  /** The program of the newest release that is offered: what an operator has installed. */
  readonly flyctl: string;
  readonly credentials: { readonly flyApiToken: string; readonly cloudflareApiToken: string };
  readonly github: GithubWorld;
  readonly registry: RegistryWorld;
  readonly fly: FlyWorld;
  readonly cloudflare: CloudflareWorld;
  readonly aws: AwsWorld;
  readonly database: DatabaseWorld;
  openRun(options: TwinRunOptions): Promise<TwinRun>;
  /** @param surfaces which app and Workers are which surface of the environment that is asked about */
  truth(surfaces: Surfaces): Promise<Truth>;
  /** @param keep the world is to come back from its folder */
  stop(keep?: boolean): Promise<void>;
}

/** Starts every provider on loopback, over one ground truth. */
export async function startTwin(options: TwinOptions): Promise<Twin> {
  const { directory, speed } = options;
  await mkdir(directory, { recursive: true });
  const saved = await readSaved(directory);
  const credentials = saved?.credentials ?? makeCredentials();
  const attending = new Set<Attending>();
  const providers: Provider[] = [];
  const worlds = createWorlds(options, { credentials, attending, saved, outbound: workersOutbound(() => providers, attending) });
  const { github, registry, fly, cloudflare, aws, database } = worlds;
  for (const version of options.flyctlVersions) github.addRelease('superfly/flyctl', `v${version}`, await packFlyctl({ directory, version, real: options.tools?.flyctl }));
  await github.createRepository(options.suite.repository, options.suite.directory, options.suite.tags);
  if (saved !== null) await restore(worlds, saved);
  providers.push(github.provider, registry.provider, fly.provider, cloudflare.provider, aws.provider, shopHosts({ fly, cloudflare }));
  let runs = 0;
  return {
    ...worlds,
    restored: saved !== null,
    shelf: await fillShelf({ directory }),
    flyctl: installedFlyctl({ directory, version: options.flyctlVersions.at(-1) ?? '' }),
    credentials,
    openRun: (run) => openRun({ directory: join(directory, 'runs', `${process.pid}-${(runs += 1)}`), speed, providers, attending, github }, run),
    truth: (surfaces) => readTruth({ fly, cloudflare, github, database }, surfaces),
    stop: async (keep = false) => {
      const world: SavedWorld | null = keep ? snapshot(worlds, credentials, [...github.repositories()]) : null;
      await Promise.all([fly.stop(), cloudflare.stop()]);
      await registry.stop();
      await database.stop(keep);
      if (world !== null) await writeSaved(directory, world);
    },
  };
}

type Worlds = Pick<Twin, 'github' | 'registry' | 'fly' | 'cloudflare' | 'aws' | 'database'>;

interface Making {
  readonly credentials: Twin['credentials'];
  readonly attending: ReadonlySet<Attending>;
  readonly saved: SavedWorld | null;
  readonly outbound: (request: Request) => Promise<Response>;
}

function createWorlds(options: TwinOptions, { credentials, attending, saved, outbound }: Making): Worlds {
  const { directory, speed, accountId } = options;
  // Fly's tokens are lists of macaroons, joined by commas: several of them in one password reach what each of them does (flyctl itself sends such lists).
  const reachOf = (token: string): Reach => {
    const repositories = token.split(',').flatMap((one) => {
      const scope = fly.scopeOf(one.trim());
      return scope.kind === 'app' ? [scope.app] : [];
    });
    return repositories.length === 0 ? { kind: 'none' } : { kind: 'some', repositories };
  };
  const registry = createRegistryWorld({ directory: join(directory, 'registry'), token: credentials.flyApiToken, appExists: (name) => fly.hasApp(name), reachOf });
  // What a Machine does belongs to no run: the first open run that has a rule for it decides.
  const take: FaultScript['take'] = (provider, subject) => {
    for (const { script } of attending) {
      const effect = script.take(provider, subject);
      if (effect !== null) return effect;
    }
    return null;
  };
  const fly = createFlyWorld({ directory: join(directory, 'fly'), token: credentials.flyApiToken, speed, faults: { take }, registry });
  const github = createGithubWorld({ directory });
  return {
    github,
    registry,
    fly,
    cloudflare: createCloudflareWorld({ directory: join(directory, 'cloudflare'), token: credentials.cloudflareApiToken, accountId, zones: [...options.zones], outbound }),
    aws: createAwsWorld({ verify: (token) => github.verifyIdentity(token) }),
    database: createDatabaseWorld({ directory: join(directory, 'database'), ...(saved === null ? {} : { password: saved.database.password }) }),
  };
}

async function restore({ github, database, fly }: Worlds, saved: SavedWorld): Promise<void> {
  for (const name of saved.repositories) await github.createRepository(name);
  await database.start();
  await fly.restore(saved.fly, (value) => value.replaceAll(saved.database.origin, database.origin()));
}

function snapshot({ fly, database }: Worlds, credentials: Twin['credentials'], repositories: string[]): SavedWorld {
  return { version: 2, credentials, database: { password: database.password, origin: database.origin() }, repositories, fly: fly.save() };
}

function makeCredentials(): Twin['credentials'] {
  const random = (): string => randomBytes(24).toString('base64url');
  return { flyApiToken: `fo1_${random()}`, cloudflareApiToken: random().padEnd(40, '0').slice(0, 40) };
}
