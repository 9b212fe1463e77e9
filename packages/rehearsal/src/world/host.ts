import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import type { Tools } from '../command-line.ts';
import { accountOf, readShopConfig, type ShopConfig, zonesOf } from '../shop/config.ts';
import { openHistory, type ShopHistory } from '../shop/history.ts';
import { fillVault } from '../seed/aws.ts';
import { makeHome } from '../seed/runner-home.ts';
import { seedWorld } from '../seed/seed.ts';
import { copyWorld, template } from './template.ts';
import type { RunReport, RunRequest, WorldFacts, WorldRun } from './types.ts';

const root = join(import.meta.dirname, '../../../..');

/** Names under which the rehearsed GitHub knows the two repositories. */
export const SHOP = 'example/shop';
export const SUITE = 'vendure-deploy/suite';

interface HostOptions {
  readonly directory: string;
  readonly speed: number;
  readonly from: string | null;
  /** A shop's own checkout; null: the example shop. */
  readonly repository: string | null;
  readonly tools: Tools;
  readonly say: (line: string) => void;
  /** A process that must end with the world, as soon as there is one. */
  readonly started: (pid: number) => Promise<void>;
}

export interface Host {
  readonly facts: WorldFacts;
  openRun(options: RunRequest): Promise<WorldRun>;
  stop(keep: boolean): Promise<void>;
}

/** Opens the world in its folder: a kept one comes back as it was left, a new one starts as the seeded template, or is seeded anew with `from`. */
export async function host(options: HostOptions): Promise<Host> {
  const { directory, from, repository, say } = options;
  const isNew = !existsSync(join(directory, 'twin/world.json'));
  if (!isNew && from !== null) say('rehearse: --from is for a new world; this one keeps what it serves');
  if (isNew && from === null && repository === null) {
    await copyWorld(await template((folder) => seedTemplate(folder, options)), directory);
    say('rehearse: production serves main~1, staging serves main');
  }
  const { twin, history, home } = await start(directory, options);
  try {
    const serves = twin.restored ? {} : await servedAtFirst(history, options);
    if (!twin.restored) await seedWorld({ twin, history, shop: SHOP, directory: join(directory, 'seed'), home, serves, say });
    else if (repository !== null) await twin.github.createRepository(SHOP, history.directory); // what was committed since
    const shop = await readShopConfig(history.directory);
    const facts = { shelf: twin.shelf, flyctl: twin.flyctl, home, speed: options.speed, credentials: twin.credentials, serviceToken: twin.cloudflare.access.serviceTokens()[0] ?? null, flyTokens: tokensOf(twin, shop), databaseOrigin: twin.database.origin(), shop: history.directory };
    fillVault(twin.aws, facts, shop, { shop: SHOP, suite: SUITE });
    return {
      facts,
      openRun: async ({ environment, caller, ...run }) => {
        if (caller !== undefined && !twin.github.repositories().includes(caller.repository)) await twin.github.createRepository(caller.repository, caller.directory);
        return worldRun(twin, await twin.openRun({ ...run, lock: { repository: SHOP, environment } }), caller?.repository ?? SHOP);
      },
      stop: (keep) => twin.stop(keep),
    };
  } catch (error) {
    await twin.stop();
    throw error;
  }
}

/** Of the example shop production is a commit behind staging. Of a shop's own checkout each environment is one behind main, where there is such a commit. */
async function servedAtFirst(history: ShopHistory, { from, repository }: HostOptions): Promise<Record<string, string>> {
  if (repository === null) return { production: from ?? 'main~1', staging: 'main' };
  const before = from ?? (await history.resolve('main~1').then(() => 'main~1', () => 'main'));
  const withServer = Object.entries((await readShopConfig(history.directory)).environments).filter(([, { surfaces }]) => surfaces.vendure !== undefined);
  return Object.fromEntries(withServer.map(([environment]) => [environment, before]));
}

function tokensOf(twin: Twin, { environments }: ShopConfig): Record<string, string> {
  return Object.fromEntries(Object.values(environments).flatMap(({ surfaces: { vendure } }) => (vendure === undefined ? [] : [[vendure.app, twin.fly.deployToken(vendure.app)]])));
}

async function seedTemplate(directory: string, options: HostOptions): Promise<void> {
  // Ten times is as fast as the seed's own waits get; they are not the ones that are rehearsed.
  const { twin, history, home } = await start(directory, { ...options, speed: 10, started: () => Promise.resolve() });
  try {
    await seedWorld({ twin, history, shop: SHOP, directory: join(directory, 'seed'), home, serves: await servedAtFirst(history, options), say: options.say });
  } finally {
    await twin.stop(true);
  }
}

async function start(directory: string, { speed, tools, repository, started }: HostOptions): Promise<{ twin: Twin; history: ShopHistory; home: string }> {
  const history = await openHistory(join(root, 'examples/shop'), join(directory, 'shop'), repository);
  const shop = await readShopConfig(history.directory);
  const twin = await startTwin({
    directory: join(directory, 'twin'),
    speed,
    suite: { repository: SUITE, directory: root, tags: ['v1'] },
    accountId: accountOf(shop),
    zones: zonesOf(shop),
    flyctlVersions: [shop.tools.flyctl.version],
    tools,
  });
  await twin.database.start();
  await started(twin.database.pid());
  return { twin, history, home: await makeHome(join(directory, 'home'), { npm: join(root, '.cache/npm-store'), pnpm: join(root, '.cache/pnpm-store') }) };
}

function worldRun(twin: Twin, run: TwinRun, repository: string): WorldRun {
  const interrupts = run.interrupts();
  return {
    environmentOf: (place) => (place.job === null ? Promise.resolve(run.environment) : run.environmentOf(place)),
    issueToken: (permissions, of) => Promise.resolve(twin.github.issueToken(permissions, of?.login, of?.repository)),
    actionEnvironment: () => Promise.resolve(twin.github.actionEnvironment(repository)),
    identityEnvironment: (job) => Promise.resolve(twin.github.identityEnvironment(job)),
    setRun: (state) => Promise.resolve(twin.github.setRun(state)),
    setJobs: (id, jobs) => Promise.resolve(twin.github.setJobs(id, jobs)),
    setJobLog: (jobId, text) => Promise.resolve(twin.github.setJobLog(jobId, text)),
    headOf: (repository, ref) => twin.github.headOf(repository, ref),
    interrupts: () => Promise.resolve(interrupts.map(({ job, step, signal, line }) => ({ job, step, signal, ...(line === undefined ? {} : { line }) }))),
    interrupted: (place) => {
      interrupts.find((one) => one.job === place.job && one.step === place.step)?.fired();
      return Promise.resolve();
    },
    truth: (surfaces) => twin.truth(surfaces),
    inventory: () => Promise.resolve(twin.cloudflare.inventory()),
    comments: (pullRequest) => Promise.resolve(twin.github.comments(SHOP, pullRequest)),
    report: () =>
      Promise.resolve({ faults: run.faultReport(), strayCalls: run.strayCalls(), writes: run.writes(), records: run.records(), requests: run.requests() } satisfies RunReport),
    close: () => run.close(),
  };
}
