import { type ChildProcess, execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { buildImage } from '../../src/docker/index.ts';
import { createFaultScript } from '../../src/faults/index.ts';
import { createFlyWorld, type FlyWorld } from '../../src/fly/index.ts';
import { startProxy } from '../../src/proxy/index.ts';
import { createRecorder } from '../../src/record/index.ts';
import { createRegistryWorld } from '../../src/registry/index.ts';
import { shopHosts } from '../../src/world/shop-hosts.ts';

export interface Stage {
  readonly fly: FlyWorld;
  /** What a process gets so that it meets the providers. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on these are the faults. */
  setFaults(...lines: readonly string[]): void;
  /** How often each has fired. */
  fired(): readonly number[];
  /** Runs the flyctl stand-in as a process behind the proxy. */
  flyctl(...args: readonly string[]): Promise<Ended>;
  /** The same, before it has ended. */
  startFlyctl(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  /** What the public host answers. */
  public(path: string): Promise<{ status: number; text: string }>;
  /** A file below the home of flyctl. */
  file(path: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Ended {
  readonly code: number;
  /** What it was killed by. */
  readonly signal: string | null;
  readonly said: string;
}

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);
export { NEW, OLD };

const SERVER = `const http = require('node:http');
http.createServer((request, response) => { response.statusCode = process.env.HEALTH === 'bad' ? 503 : 200; response.end(request.url.startsWith('/env/') ? process.env[request.url.slice(5)] ?? '' : process.env.DEPLOY_SHA); }).listen(3000);
process.on('SIGINT', () => process.exit(0));`;

export const toml = (strategy: string, release = 'node release.cjs'): string => `app = "shop"
[deploy]
strategy = "${strategy}"
release_command = "${release}"
[processes]
app = "node server.cjs"
worker = "node worker.cjs"
[http_service]
internal_port = 3000
processes = ["app"]
[[http_service.checks]]
path = "/"
interval = "2s"
`;

export interface StageOptions {
  readonly secrets?: Record<string, string>;
  /** flyctl's waits for what real processes do run at it, too: too fast, and they end before a process has started. */
  readonly speed?: number;
}

/** Fly, a registry with an old and a new image, and an app that serves the old one. */
export async function stage(fault: readonly string[] = [], { secrets = {}, speed = 100 }: StageOptions = {}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'fly-'));
  const registry = createRegistryWorld({ directory: join(directory, 'registry'), token: 'token' });
  for (const sha of [OLD, NEW]) await registry.pushImage('shop', sha.slice(0, 7), await image(directory, sha));
  let faults = createFaultScript(fault, { speed });
  const fly = createFlyWorld({ directory, token: 'token', speed, faults: { take: (provider, subject) => faults.take(provider, subject) }, registry });
  const recorder = createRecorder(directory);
  const shop = shopHosts({ fly, cloudflare: { claimsHost: () => false, serve: () => Promise.resolve(null) } });
  const proxy = await startProxy({ directory, providers: [fly.provider, registry.provider, shop], faults: () => faults, recorder, speed, latencyMs: 0 });
  fly.addApp({ name: 'shop', hosts: ['shop.example'], secrets });
  await fly.seedRelease({ app: 'shop', image: { repository: 'shop', tag: OLD.slice(0, 7) }, flyToml: parse(toml('rolling')) });
  const launcher = join(directory, 'flyctl.mjs');
  await writeFile(launcher, `import { main } from ${JSON.stringify(join(import.meta.dirname, '../../src/fly/flyctl/main.ts'))};\nprocess.exitCode = await main(process.argv.slice(2), { control: ${JSON.stringify(proxy.url)} });`);
  const startFlyctl: Stage['startFlyctl'] = (...args) => start([launcher, ...args], { ...proxy.environment, FLY_API_TOKEN: 'token', FLY_EMIT_RELEASE_JSON: '1' }, directory);
  return {
    fly,
    environment: proxy.environment,
    setFaults: (...lines) => void (faults = createFaultScript(lines, { speed })),
    fired: () => faults.report().map(({ fired }) => fired),
    flyctl: (...args) => startFlyctl(...args).ended,
    startFlyctl,
    public: async (path) => {
      const answer = await fly.serve('shop.example', new Request(`https://shop.example${path}`));
      return { status: answer?.status ?? 0, text: (await answer?.text()) ?? '' };
    },
    file: (path) => readFile(join(directory, path), 'utf8'),
    stop: async () => {
      await proxy.stop();
      await fly.stop();
      await recorder.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function image(directory: string, sha: string): Promise<Awaited<ReturnType<typeof buildImage>>> {
  const context = join(directory, `context-${sha.slice(0, 7)}`);
  await mkdir(context, { recursive: true });
  const files = {
    Dockerfile: `FROM node:24\nWORKDIR /app\nARG DEPLOY_SHA\nENV DEPLOY_SHA=$DEPLOY_SHA\nCOPY . .\nCMD ["node", "server.cjs"]\n`,
    'server.cjs': SERVER,
    'worker.cjs': "setInterval(() => {}, 1000); process.on('SIGINT', () => process.exit(0));",
    'release.cjs': "console.log('migrated');",
    'broken.cjs': "console.log('Runtime drift detected'); process.exit(3);",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text);
  return buildImage({ context, dockerfile: join(context, 'Dockerfile'), buildArguments: { DEPLOY_SHA: sha }, labels: { 'org.opencontainers.image.revision': sha } });
}

function start(args: readonly string[], environment: Readonly<Record<string, string>>, cwd: string): ReturnType<Stage['startFlyctl']> {
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { cwd, env: { PATH: '/usr/bin:/bin', HOME: cwd, ...environment } }, (error, stdout, stderr) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, signal: error?.signal ?? null, said: stdout + stderr }),
  );
  return { child, ended };
}

/** Waits for what must come, by asking; the deadline is far beyond what it takes. */
export async function eventually(probe: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error('It never came to be.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
