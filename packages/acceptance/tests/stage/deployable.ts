import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwin, type Twin, type TwinRun } from '@vendure-deploy/twin';
import { parse } from 'smol-toml';
import { type ActionRun, actionFolders, startAction, type StartOptions } from '../../src/index.ts';
import { subjectOf } from './actions.ts';
import { CONFIG_FILE, FLY_CONFIG, shopConfig } from './config.ts';
import { shopImage } from './shop-image.ts';
import { makeHistory, REPOSITORY } from './world.ts';

const FLY_TOML = `[deploy]
strategy = "rolling"
[processes]
app = "node server.cjs"
worker = "node worker.cjs"
[http_service]
internal_port = 3000
processes = ["app"]
[[http_service.checks]]
path = "/version"
interval = "2s"
`;
/** A Fly app of its own, with real Machines that serve the old commit. */
export interface App {
  readonly name: string;
  /** Runs fly-deploy for it, as the run that holds the lock. */
  deploy(given: Given): Promise<ActionRun>;
  /** The ground truth: a variable of the process that the public reaches; undefined when it has none of that name. */
  environmentOf(name: string): Promise<string | undefined>;
}

export interface Given {
  readonly run: TwinRun;
  /** The configuration's key `secrets`; null: it has none. */
  readonly secrets: string | null;
  /** Its key `redis`; without it, it has none. */
  readonly redis?: string | undefined;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly signals?: NonNullable<StartOptions['signals']>;
}

export interface Deployable extends AsyncDisposable {
  readonly twin: Twin;
  /** What serves, and what is deployed over it. */
  readonly old: string;
  readonly new: string;
  openApp(secrets: Readonly<Record<string, string>>): Promise<App>;
  openRun(...faults: string[]): Promise<TwinRun & AsyncDisposable>;
  /** The variables by which a job of the production environment asks for its OIDC token. */
  identity(permissions?: Readonly<Record<string, 'read' | 'write'>>): Readonly<Record<string, string>>;
}

/** The twin with flyctl's releases and a lock that this run holds; apps are opened one by one. */
export async function openDeployable(): Promise<Deployable> {
  const directory = await mkdtemp(join(tmpdir(), 'deployable-'));
  const checkout = join(directory, 'checkout');
  const { previous, main } = await makeHistory(checkout);
  const twin = await startTwin({ directory: join(directory, 'twin'), speed: 20, suite: { repository: 'example/suite', directory: checkout }, accountId: '0'.repeat(32), zones: [], flyctlVersions: ['0.4.87'] });
  await twin.github.createRepository(REPOSITORY, checkout);
  twin.github.setRun({ id: 1001, repository: REPOSITORY, status: 'in_progress', startedAt: new Date().toISOString() });
  const githubToken = twin.github.issueToken({ contents: 'write', actions: 'read' });
  const images = new Map(await Promise.all([previous, main].map(async (sha) => [sha, await shopImage(join(directory, `context-${sha.slice(0, 7)}`), sha)] as const)));
  const openRun: Deployable['openRun'] = async (...faults) => {
    const run = await twin.openRun({ faults, latencyMs: 0, lock: { repository: REPOSITORY, environment: 'production' } });
    return { ...run, [Symbol.asyncDispose]: () => run.close() };
  };
  await takeLock(await openRun(), githubToken);
  let apps = 0;
  return {
    twin,
    old: previous,
    new: main,
    openRun,
    identity: (permissions = { 'id-token': 'write' }) => twin.github.identityEnvironment({
      repository: REPOSITORY, ref: 'refs/heads/main', sha: main, actor: 'operator', runId: 1001, runAttempt: 1, environment: 'production', permissions,
      jobWorkflowRef: 'example/suite/.github/workflows/deploy-environment.yml@refs/heads/main',
    }),
    async openApp(secrets) {
      const name = `shop-${(apps += 1)}`;
      const host = `${name}.shop.example`;
      for (const [sha, image] of images) await twin.registry.pushImage(name, `production-${sha}`, image);
      twin.fly.addApp({ name, hosts: [host], secrets: { ...secrets } });
      await twin.fly.seedRelease({ app: name, image: { repository: name, tag: `production-${previous}` }, flyToml: parse(FLY_TOML) });
      return {
        name,
        deploy: ({ run, secrets, redis, inputs = {}, environment = {}, files = {}, signals = [] }) => startAction({
          signals,
          folder: subjectOf('fly-deploy').folder,
          inputs: { environment: 'production', sha: main, 'image-tag': `production-${inputs['sha'] ?? main}`, 'fly-api-token': twin.credentials.flyApiToken, 'github-token': githubToken, 'read-interval-seconds': '1', 'gate-seconds': '20', ...inputs },
          environment: { ...run.environment, ...environment },
          files: { [CONFIG_FILE]: configOf(name, host, { secrets, redis }), [FLY_CONFIG]: FLY_TOML, ...files },
        }),
        async environmentOf(variable) {
          const answer = await twin.fly.serve(host, new Request(`https://${host}/environment`));
          if (answer === null) throw new Error(`Nothing serves ${host}.`);
          return ((await answer.json()) as Record<string, string>)[variable];
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await twin.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function takeLock(run: TwinRun & AsyncDisposable, githubToken: string): Promise<void> {
  await using held = run;
  const folder = (await actionFolders()).find((path) => path.endsWith('/deploy-lock')) ?? '';
  const { outputs, log } = await startAction({ folder, inputs: { operation: 'acquire', hold: 'run', environment: 'production', 'github-token': githubToken }, environment: held.environment });
  if (outputs['decision'] !== 'done') throw new Error(log);
}

function configOf(app: string, host: string, { secrets, redis }: Pick<Given, 'secrets' | 'redis'>): string {
  const config = shopConfig({ vendure: `https://${host}`, dashboard: 'https://dashboard.shop.example', storefront: 'https://www.shop.example' }).replaceAll('shop-production', app);
  const more = [...(secrets === null ? [] : [`secrets: ${secrets}`]), ...(redis === undefined ? [] : [`redis: ${redis}`])];
  return config.replace('        graphql-path: /shop-api\n', (line) => [line, ...more.map((key) => `        ${key}\n`)].join(''));
}
