import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS, parseFault } from '../../src/faults/index.ts';
import { eventually, NEW, OLD, stage as openFly, type Stage as Fly } from '../fly/stage.ts';
import { openStage as openAws } from '../aws/stage.ts';
import { openStage as openGithub, type Stage as Github } from '../github/stage.ts';
import { type Asked, curl } from './curl.ts';

let fly: Fly;
beforeAll(async () => { fly = await openFly(); });
afterAll(() => fly.stop());

test.each(FAULTS.map(({ example }) => example))('%s is a fault', (example) => {
  expect(parseFault(example).text).toBe(example);
});

const MACHINES = 'https://api.machines.dev/v1/apps/shop/machines';
const VERSION = 'https://shop.example/version';
const ask = (url: string, asked?: Asked): ReturnType<typeof curl> => curl(fly.environment, url, asked);

/** What each example of a request or a Machine does to a client and to the ground truth. */
const PROOFS: Readonly<Record<string, () => Promise<void>>> = {
  'fly GET /v1/apps/* 1 429 retry-after=2 {"error":"rate limited"}': async () => {
    expect(await ask('https://api.machines.dev/v1/apps/shop')).toMatchObject({ status: 429, headers: { 'retry-after': '2', 'content-type': 'application/json' }, body: '{"error":"rate limited"}' });
    expect((await ask('https://api.machines.dev/v1/apps/shop')).status).toBe(200);
  },
  'github POST /repos/*/*/git/refs 1 reset': () => onGithub('github POST /repos/*/*/git/refs 1 reset', async ({ create, github }) => {
    expect([35, 52, 56]).toContain((await create()).exit);
    await expect(github.github.headOf('example/shop', 'next')).rejects.toThrow('single revision');
    expect((await create()).status).toBe(201);
  }),
  'shop GET /version 1 hang': async () => {
    expect((await ask(VERSION, { seconds: 1 })).exit).toBe(28);
    expect((await ask(VERSION)).body).toBe(OLD);
  },
  'github PATCH /repos/*/*/git/refs/** 1 delay 3s': () => onGithub('github PATCH /repos/*/*/git/refs/** 1 delay 3s', async ({ create, api, github, main }) => {
    await create();
    const started = performance.now();
    expect((await api('PATCH', 'git/refs/heads/next', { sha: main })).status).toBe(200);
    // Three seconds of the twin's clock, which runs ten times faster there.
    expect(performance.now() - started).toBeGreaterThan(295);
    expect(await github.github.headOf('example/shop', 'next')).toBe(main);
  }),
  'shop GET /version 1 body {"sha":"<previous>"}': async () => {
    expect(await ask(VERSION)).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"sha":"<previous>"}' });
    expect((await ask(VERSION)).body).toBe(OLD);
  },
  'shop GET /health/ready 1 html': async () => {
    expect(await ask('https://shop.example/health/ready')).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: expect.stringContaining('<!DOCTYPE html>') });
    expect((await ask('https://shop.example/health/ready')).body).toBe(OLD);
  },
  'github GET **/flyctl_*.tar.gz 1 truncate': () => onGithub('github GET **/flyctl_*.tar.gz 1 truncate', async ({ github, download }) => {
    github.github.addRelease('superfly/flyctl', 'v1', { 'flyctl_1_Linux_x86_64.tar.gz': new Uint8Array(100_000) });
    const half = await download('superfly/flyctl/releases/download/v1/flyctl_1_Linux_x86_64.tar.gz');
    expect({ exit: half.exit, promised: half.headers['content-length'], got: half.body.length }).toEqual({ exit: 18, promised: '100000', got: 50_000 });
    expect((await download('superfly/flyctl/releases/download/v1/flyctl_1_Linux_x86_64.tar.gz')).body).toHaveLength(100_000);
  }),
  'fly POST /v1/apps/*/machines 1 503 after-commit': async () => {
    const before = await machines();
    const config = before.find(({ group }) => group === 'worker')?.config;
    expect(await ask(MACHINES, { method: 'POST', body: { config, skip_launch: true } })).toMatchObject({ status: 503, body: '' });
    const made = (await machines()).filter(({ id }) => before.every((one) => one.id !== id));
    expect(made).toMatchObject([{ group: 'worker', state: 'stopped' }]);
    for (const { id } of made) await ask(`${MACHINES}/${id}`, { method: 'DELETE' });
  },
  'shop GET /version 4- body {"sha":"<previous>"} for 40s': async () => {
    const answers: string[] = [];
    for (let count = 0; count < 4; count += 1) answers.push((await ask(VERSION)).body);
    expect(answers).toEqual([OLD, OLD, OLD, '{"sha":"<previous>"}']);
    await sleep(450);
    expect((await ask(VERSION)).body).toBe(OLD);
  },
  'fly graphql * 1 200 {"errors":[{"message":"unauthorized"}]}': async () => {
    const query = { query: 'query($appName:String!){app(name:$appName){currentReleaseUnprocessed{version}}}', variables: { appName: 'shop' } };
    const graphql = (): Promise<string> => ask('https://api.fly.io/graphql', { method: 'POST', body: query }).then(({ body }) => body);
    expect(await graphql()).toBe('{"errors":[{"message":"unauthorized"}]}');
    expect(await graphql()).toBe('{"data":{"app":{"currentRelease":{"version":1}}}}');
  },
  'aws GetSecretValue 1 400 {"__type":"AccessDeniedException"}': async () => {
    const aws = await openAws(['aws GetSecretValue 1 400 {"__type":"AccessDeniedException"}']);
    try {
      aws.aws.putSecret('shop', 'value');
      const manager = aws.manager(aws.aws.addUser({ name: 'operator', secrets: ['*'] }));
      await expect(manager.get('shop')).rejects.toMatchObject({ name: 'AccessDeniedException' });
      expect(await manager.get('shop')).toMatchObject({ SecretString: 'value' });
      expect(aws.recorder.all().map(({ fault }) => fault)).toEqual(['aws GetSecretValue 1 400 {"__type":"AccessDeniedException"}', null]);
    } finally {
      await aws.stop();
    }
  },
  'fly machine app/3 * never-healthy': () => withMachine('app', async (id) => {
    await sleep(500);
    const [state, checks] = [(await machine(id)).state, (await machine(id)).checks];
    expect({ state, checks }).toMatchObject({ state: 'started', checks: [{ status: 'critical' }] });
  }),
  'fly machine worker/2 1 hangs': () => withMachine('worker', async (id) => {
    await eventually(async () => (await machine(id)).state === 'started');
    await eventually(async () => (await statesOf(id)).join() === 'T');
    // A suspended process hears no signal; Fly's kill ends it all the same.
    await ask(`${MACHINES}/${id}/stop`, { method: 'POST', body: {} });
    await eventually(async () => (await machine(id)).state === 'stopped');
    expect(await statesOf(id)).toEqual([]);
  }),
  'fly machine app/1 1 reverts': async () => {
    const one = (await machines()).find(({ group }) => group === 'app');
    const update = (): Promise<{ status: number }> => ask(`${MACHINES}/${one?.id ?? ''}`, { method: 'POST', body: { config: { ...one?.config, image: `registry.fly.io/shop:${NEW.slice(0, 7)}` } } });
    const started = (): Promise<void> => eventually(async () => (await machine(one?.id ?? '')).state === 'started');
    expect((await update()).status).toBe(200);
    await started();
    expect(fly.fly.truth('shop').groups['app']).toBe(OLD);
    expect((await update()).status).toBe(200);
    await started();
    expect(fly.fly.truth('shop').groups['app']).toEqual({ mixed: [NEW, OLD] });
    await ask(`${MACHINES}/${one?.id ?? ''}`, { method: 'POST', body: { config: one?.config } });
    await started();
  },
  'fly machine app/1 1 stop-takes 70s': async () => {
    const id = await idOf('app');
    await ask(`${MACHINES}/${id}/stop`, { method: 'POST', body: {} });
    const asked = performance.now();
    expect((await machine(id)).state).toBe('stopping');
    await eventually(async () => (await machine(id)).state === 'stopped');
    expect(performance.now() - asked).toBeGreaterThan(400);
    await ask(`${MACHINES}/${id}/start`, { method: 'POST', body: {} });
    await eventually(async () => (await machine(id)).state === 'started');
  },
  'fly machine app/1 1 concurrent-update for 20s': async () => {
    const id = await idOf('app');
    const update = async (): Promise<{ status: number; body: string }> => ask(`${MACHINES}/${id}`, { method: 'POST', body: { config: (await machine(id)).config } });
    expect(await update()).toMatchObject({ status: 409, body: '{"error":"aborted: machine is replacing: concurrent update in progress"}' });
    expect((await machine(id)).state).toBe('replacing');
    await eventually(async () => (await machine(id)).state === 'started');
    expect((await update()).status).toBe(200);
    await eventually(async () => (await machine(id)).state === 'started');
  },
  'fly machine app/1 1 lease-held for 20s': async () => {
    const id = await idOf('app');
    const lease = (): ReturnType<typeof curl> => ask(`${MACHINES}/${id}/lease?ttl=13`, { method: 'POST', body: {} });
    expect(await lease()).toMatchObject({ status: 409, body: expect.stringMatching(/machine ID \w+ lease currently held by other-user@example\.com, expires at \d{4}-/u) });
    await eventually(async () => (await lease()).status === 201);
    await eventually(async () => (await ask(`${MACHINES}/${id}/lease`)).status === 404);
  },
  'fly machine worker/1 * host-unreachable': async () => {
    const seen = (await machines()).map(({ group, host_status: host, state }) => ({ group, host, state }));
    expect(seen).toEqual([{ group: 'app', host: 'ok', state: 'started' }, { group: 'app', host: 'ok', state: 'started' }, { group: 'worker', host: 'unreachable', state: 'started' }]);
  },
  'fly machine app/3 1 crash-loops': () => withMachine('app', async (id) => {
    await eventually(async () => (await machine(id)).state === 'stopped');
    const exits = (await machine(id)).events.filter(({ type }) => type === 'exit').map(({ request }) => request?.exit_event?.restarting);
    expect(exits).toEqual([false, ...Array.from({ length: 10 }, () => true)]);
  }),
  'fly machine worker/2 1 start-takes 70s': () => withMachine('worker', async (id, made) => {
    expect(made).toBe('created');
    expect((await machine(id)).state).toBe('starting');
    const asked = performance.now();
    await eventually(async () => (await machine(id)).state === 'started');
    expect(performance.now() - asked).toBeGreaterThan(400);
  }),
};

// The registry's are proven in catalogue-of-registry.test.ts.
test.each(FAULTS.filter(({ subject, example }) => ['request', 'graphql', 'aws', 'machine'].includes(subject) && !example.startsWith('registry ')).map(({ example }) => example))('%s acts', async (example) => {
  fly.setFaults(example);
  await eventually(async () => (await fly.public('/')).text === OLD);
  const proof = PROOFS[example];
  if (proof === undefined) throw new Error('Nothing proves it yet: add it to PROOFS.');
  await proof();
  if (!/^(?:github|aws) /u.test(example)) expect(fly.fired().every((times) => times > 0)).toBe(true);
});

test('never-healthy with an end: the Machine gets well', async () => {
  fly.setFaults('fly machine app/3 1 never-healthy for 60s');
  await withMachine('app', async (id) => {
    await sleep(300);
    expect((await machine(id)).checks).toMatchObject([{ status: 'critical' }]);
    await eventually(async () => (await machine(id)).checks.every(({ status }) => status === 'passing'));
  });
});

test('hangs with an end: the process goes on', async () => {
  fly.setFaults('fly machine worker/2 1 hangs for 60s');
  await withMachine('worker', async (id) => {
    await eventually(async () => (await statesOf(id))[0] === 'T');
    await eventually(async () => (await statesOf(id)).some((state) => state === 'S' || state === 'R'));
  });
});

/** Of the processes of a Machine, as the kernel has them (proc_pid_stat(5)): T is stopped. */
async function statesOf(machineId: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/u.test(name));
  const states = await Promise.all(ids.map(async (id) => {
    const [environment, stat] = await Promise.all(['environ', 'stat'].map((file) => readFile(join('/proc', id, file), 'utf8').catch(() => '')));
    return environment?.split('\0').includes(`FLY_MACHINE_ID=${machineId}`) === true ? [stat?.slice(stat.lastIndexOf(')') + 2)[0] ?? ''] : [];
  }));
  return states.flat();
}

interface Seen {
  readonly id: string;
  readonly state: string;
  readonly host_status: string;
  readonly group: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly checks: readonly { readonly status: string }[];
  readonly events: readonly { readonly type: string; readonly request?: { readonly exit_event?: { readonly restarting: boolean } } }[];
}

/** As the Machines API says it without a fault. */
async function machines(): Promise<Seen[]> {
  const answer = await fly.fly.provider.fetch(new Request(MACHINES, { headers: { authorization: 'Bearer token' } }));
  const all = (await answer.json()) as (Seen & { config: { metadata: Record<string, string> } })[];
  return all.map((one) => ({ ...one, group: one.config.metadata['fly_process_group'] ?? '' }));
}

async function machine(id: string): Promise<Seen> {
  const found = (await machines()).find((one) => one.id === id);
  if (found === undefined) throw new Error(`Machine ${id} is gone.`);
  return found;
}

/** The first Machine of a group. */
async function idOf(group: string): Promise<string> {
  return (await machines()).find((one) => one.group === group)?.id ?? '';
}

/** One more Machine of the group, as long as the proof takes. */
async function withMachine(group: string, proof: (id: string, state: string) => Promise<void>): Promise<void> {
  const config = (await machines()).find((one) => one.group === group)?.config;
  const { id, state } = JSON.parse((await ask(MACHINES, { method: 'POST', body: { config } })).body) as Seen;
  try {
    await proof(id, state);
  } finally {
    await ask(`${MACHINES}/${id}`, { method: 'DELETE' });
  }
}

interface OnGithub {
  readonly github: Github;
  readonly main: string;
  readonly api: (method: string, path: string, body: unknown) => ReturnType<typeof curl>;
  readonly create: () => ReturnType<typeof curl>;
  readonly download: (path: string) => ReturnType<typeof curl>;
}

async function onGithub(example: string, proof: (on: OnGithub) => Promise<void>): Promise<void> {
  const github = await openGithub(example);
  try {
    const main = await github.github.headOf('example/shop');
    const api: OnGithub['api'] = (method, path, body) => curl(github.proxy.environment, `https://api.github.com/repos/example/shop/${path}`, { method, token: github.token, body });
    const create: OnGithub['create'] = () => api('POST', 'git/refs', { ref: 'refs/heads/next', sha: main });
    await proof({ github, main, api, create, download: (path) => curl(github.proxy.environment, `https://github.com/${path}`) });
    expect(github.recorder.all().filter(({ fault }) => fault === example)).toHaveLength(1);
  } finally {
    await github.stop();
  }
}
