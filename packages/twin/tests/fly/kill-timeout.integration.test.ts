import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDatabaseWorld, type DatabaseWorld } from '../../src/database/index.ts';
import { buildImage } from '../../src/docker/index.ts';
import { createFaultScript } from '../../src/faults/index.ts';
import { createFlyWorld, type FlyWorld } from '../../src/fly/index.ts';
import { createRegistryWorld } from '../../src/registry/index.ts';
import { eventually } from './stage.ts';

// A worker is asked to end in the middle of a job: what the database says then depends on kill_signal and kill_timeout, as it does for Vendure.

const SPEED = 10;
const SHA = 'a'.repeat(40);
// Takes the one job, and needs 500 ms (5 s on the twin's clock) to end it once it is asked to.
const WORKER = `const { Client } = require('pg');
const client = new Client({ connectionString: process.env.DATABASE_URL });
process.on('SIGTERM', () => setTimeout(async () => { await client.query("UPDATE job SET state = 'COMPLETED'"); process.exit(0); }, 500));
client.connect().then(() => client.query("UPDATE job SET state = 'RUNNING' WHERE state = 'PENDING'"));
setInterval(() => {}, 1000);`;

let directory: string;
let database: DatabaseWorld;
let fly: FlyWorld;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kill-timeout-'));
  database = createDatabaseWorld({ directory: join(directory, 'database') });
  await database.start();
  const registry = createRegistryWorld({ directory: join(directory, 'registry'), token: 'token' });
  fly = createFlyWorld({ directory, token: 'token', speed: SPEED, faults: createFaultScript([], { speed: SPEED }), registry });
  await registry.pushImage('shop', 'v1', await imageOf(join(directory, 'context')));
});

afterAll(async () => {
  await fly.stop();
  await database.stop();
  await rm(directory, { recursive: true, force: true });
});

test.each<[string, string, { kill_signal?: string; kill_timeout?: number }]>([
  ['has the time that it needs', 'COMPLETED', { kill_signal: 'SIGTERM', kill_timeout: 30 }],
  ['is killed before it is done', 'RUNNING', { kill_signal: 'SIGTERM', kill_timeout: 1 }],
  ['gets the SIGINT of no setting, and does not know it,', 'RUNNING', {}],
])('a worker that %s leaves its job %s', async (_, state, kill) => {
  const app = `shop-${state.toLowerCase()}-${kill.kill_timeout ?? 'default'}`;
  const name = app.replaceAll('-', '_');
  fly.addApp({ name: app, hosts: [], secrets: { DATABASE_URL: await database.create(name) } });
  await database.query(name, "CREATE TABLE job (state text); INSERT INTO job VALUES ('PENDING')");
  await fly.seedRelease({ app, image: { repository: 'shop', tag: 'v1' }, flyToml: { ...kill, processes: { worker: 'node worker.cjs' } } });
  const jobIs = async (wanted: string): Promise<boolean> => (await database.query(name, 'SELECT state FROM job'))[0]?.['state'] === wanted;
  await eventually(() => jobIs('RUNNING'));
  const [machine] = await machinesOf(app);
  const began = Date.now();
  await call('POST', `/v1/apps/${app}/machines/${machine?.id ?? ''}/stop`);
  await eventually(async () => (await machinesOf(app))[0]?.state === 'stopped');
  expect(await jobIs(state)).toBe(true);
  if (kill.kill_timeout === 1) expect(Date.now() - began).toBeGreaterThanOrEqual(1000 / SPEED);
});

async function call(method: string, path: string): Promise<unknown> {
  const answer = await fly.provider.fetch(new Request(`https://api.machines.dev${path}`, { method, headers: { authorization: 'Bearer token' } }));
  return answer.json();
}

async function machinesOf(app: string): Promise<{ id: string; state: string }[]> {
  return (await call('GET', `/v1/apps/${app}/machines`)) as { id: string; state: string }[];
}

async function imageOf(context: string): Promise<Awaited<ReturnType<typeof buildImage>>> {
  await mkdir(context, { recursive: true });
  // The driver stays where it is: an image of ours holds the shop's own files.
  const files = { Dockerfile: 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "worker.cjs"]\n', 'worker.cjs': WORKER.replace("require('pg')", `require(${JSON.stringify(join(import.meta.dirname, '../../../../node_modules/pg'))})`) };
  for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text);
  return buildImage({ context, dockerfile: join(context, 'Dockerfile'), buildArguments: {}, labels: { 'org.opencontainers.image.revision': SHA } });
}
