import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import { parse } from 'smol-toml';
import { type ActionRun, type StartOptions, startAction } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { CONFIG_FILE, FLY_CONFIG, shopConfig } from './config.ts';
import { shopImage } from './shop-image.ts';

export type Strategy = 'bluegreen' | 'canary' | 'rolling' | 'immediate';

/** What an image is built from: what serves before, what is to serve, and two whose release command fails. */
export const COMMITS = { previous: 'a'.repeat(40), main: 'b'.repeat(40), hardened: 'c'.repeat(40), drifted: 'd'.repeat(40) } as const;
export type Commit = keyof typeof COMMITS;

const RELEASE: Readonly<Record<Commit, string>> = {
  previous: "console.log('No migrations are pending.');",
  main: "console.log('No migrations are pending.');",
  hardened: `console.error("Error: VENDURE_HARDEN_PLUGIN_ENABLED must be 'true'"); process.exit(1);`,
  drifted: "console.error('Error: Runtime drift detected'); process.exit(1);",
};

/** The whole of Fly on loopback, with real processes for Machines; each shop in it is an app of its own. */
export interface FlyStage extends AsyncDisposable {
  readonly twin: Twin;
  /** The flyctl of the release archive, to run it bare. */
  readonly flyctl: string;
  /** Two Machines of `app` and one of each other group, healthy, on `previous`. */
  openShop(strategy: Strategy, groups?: readonly string[]): Promise<FlyShop>;
}

export interface FlyShop extends AsyncDisposable {
  readonly app: string;
  readonly flyToml: string;
  deploy(wanted: DeployOptions): Promise<Deployed>;
}

interface DeployOptions {
  readonly commit: Commit;
  readonly faults?: readonly string[];
  readonly inputs?: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
  readonly weigh?: boolean;
  readonly signals?: StartOptions['signals'];
}

export interface Deployed {
  readonly ended: ActionRun;
  /** Rules that never fired. */
  readonly unfired: readonly string[];
  readonly strayCalls: readonly string[];
  readonly writes: number;
  /** The action's own calls; flyctl's are left out. */
  readonly calls: readonly string[];
}

/** `script/conformance fly --tool flyctl=PATH`: a real flyctl instead of the stand-in. */
const FLYCTL = process.env['FLYCTL'];
// Twenty times: the stand-in's waits are over before the action's, which nobody makes faster. A real flyctl keeps its own time.
export const SPEED = FLYCTL === undefined ? 20 : 1;

export async function openFlyStage(): Promise<FlyStage> {
  const directory = await mkdtemp(join(tmpdir(), 'acceptance-fly-'));
  const suite = join(directory, 'suite');
  const git = (...args: readonly string[]): Promise<unknown> => promisify(execFile)('git', ['-C', directory, ...args], { env: { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' } });
  await git('init', '--quiet', '--initial-branch=main', suite);
  await git('-C', suite, '-c', 'user.name=Suite', '-c', 'user.email=suite@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'suite');
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: SPEED, suite: { repository: 'example/suite', directory: suite }, accountId: '0'.repeat(32), zones: [], flyctlVersions: ['0.4.87'], tools: { flyctl: FLYCTL } });
  const images = await Promise.all((Object.keys(COMMITS) as Commit[]).map(async (commit) => [commit, await shopImage(join(directory, commit), COMMITS[commit], { 'release.cjs': RELEASE[commit] })] as const));
  let count = 0;
  return {
    twin,
    flyctl: join(directory, 'twin/shelf/flyctl-0.4.87/flyctl'),
    async openShop(strategy, groups = ['app', 'worker']) {
      const app = `shop-${(count += 1)}`;
      const host = `${app}.shop.example`;
      twin.fly.addApp({ name: app, hosts: [host], secrets: {} });
      for (const [commit, image] of images) await twin.registry.pushImage(app, commit, image);
      const flyToml = flyTomlOf(app, strategy, groups);
      await twin.fly.seedRelease({ app, image: { repository: app, tag: 'previous' }, flyToml: parse(flyToml) });
      return {
        app,
        flyToml,
        deploy: (wanted) => deploy(twin, { app, flyToml, config: configOf(app, host, groups) }, wanted),
        [Symbol.asyncDispose]: () => twin.fly.removeApp(app),
      };
    },
    async [Symbol.asyncDispose]() {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

interface Shop {
  readonly app: string;
  readonly flyToml: string;
  readonly config: string;
}

async function deploy(twin: Twin, { app, flyToml, config }: Shop, { commit, faults = [], inputs = {}, signals = [], latencyMs = 0, weigh = false }: DeployOptions): Promise<Deployed> {
  const run: TwinRun = await twin.openRun({ faults, latencyMs, lock: { repository: 'example/shop', environment: 'production' } });
  try {
    const ended = await startAction({
      folder: subjectOf('fly-deploy').folder,
      inputs: { environment: 'production', sha: COMMITS[commit], 'image-tag': commit, 'fly-api-token': twin.fly.deployToken(app), 'read-interval-seconds': '1', 'gate-seconds': '30', ...inputs },
      environment: run.environment,
      files: { [CONFIG_FILE]: config, [FLY_CONFIG]: flyToml, 'audit.cjs': 'console.log(JSON.stringify({ drift: "none" }));', 'backup.cjs': 'console.log(JSON.stringify({ id: "b-1", "taken-at": new Date().toISOString(), bytes: 5000 }));' },
      signals,
      weigh,
    });
    return { ended, unfired: run.faultReport().filter(({ fired }) => fired === 0).map(({ rule }) => rule), strayCalls: run.strayCalls(), writes: run.writes(), calls: run.requests().filter(({ agent }) => agent === 'vendure-deploy').map(({ method, host, path }) => `${method} ${host}${path}`) };
  } finally {
    await run.close();
  }
}

function configOf(app: string, host: string, groups: readonly string[]): string {
  const commands = `        commands:
          drift-audit: { run: [${process.execPath}, audit.cjs] }
          backup: { run: [${process.execPath}, backup.cjs], minimum-bytes: 1000 }
`;
  const migrations = '        migrations: apps/server/migrations/*.ts\n';
  return shopConfig({ vendure: `https://${host}`, dashboard: 'https://dashboard.shop.example', storefront: 'https://www.shop.example' })
    .replaceAll('shop-production', app)
    .replace('[app, worker]', `[${groups.join(', ')}]`)
    .replace(migrations, `${migrations}${commands}`);
}

function flyTomlOf(app: string, strategy: Strategy, groups: readonly string[]): string {
  return `app = "${app}"
[deploy]
strategy = "${strategy}"
release_command = "node release.cjs"
[processes]
${groups.map((group) => `${group} = "node ${group === 'app' ? 'server' : 'worker'}.cjs"`).join('\n')}
[http_service]
internal_port = 3000
processes = ["app"]
[[http_service.checks]]
path = "/health/ready"
interval = "2s"
`;
}
