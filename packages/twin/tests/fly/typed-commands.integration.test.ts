import { afterEach, expect, test } from '@jest/globals';
import { eventually, OLD, type Stage, stage } from './stage.ts';

let open: Stage | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly config: { readonly metadata: { readonly fly_process_group: string } };
}

// What an operator types after a deploy, at the default speed of the other tests: the words are the recorded ones where there is a recording of that command.
async function serving(): Promise<Stage> {
  const on = (open = await stage([], { speed: 20 }));
  await eventually(async () => (await on.public('/')).text === OLD);
  return on;
}

async function list(on: Stage): Promise<Listed[]> {
  return JSON.parse((await on.flyctl('machine', 'list', '--app', 'shop', '--json')).said) as Listed[];
}

async function idsOf(on: Stage, group: string): Promise<string[]> {
  return (await list(on)).filter(({ config }) => config.metadata.fly_process_group === group).map(({ id }) => id);
}

test('Machines that were stopped serve nothing, and serve again once they were started; nobody holds a lease afterwards', async () => {
  const on = await serving();
  const [one = '', two = ''] = await idsOf(on, 'app');
  expect(await on.flyctl('machine', 'stop', one, two, '-a', 'shop')).toMatchObject({ code: 0, said: [one, two].map((id) => `Sending kill signal to machine ${id}...\n${id} has been successfully stopped\n`).join('') });
  expect(await on.flyctl('machine', 'wait', one, '-a', 'shop', '--state', 'stopped', '-w', '20s')).toEqual({ code: 0, signal: null, said: `Waiting up to 20s for machine ${one} to reach "stopped"...\nMachine ${one} reached state "stopped"\n` });
  expect((await on.public('/')).status).toBe(503);

  expect(await on.flyctl('machine', 'start', one, '-a', 'shop')).toMatchObject({ code: 0, said: `${one} has been started\n` });
  await eventually(async () => (await on.public('/')).text === OLD);
  expect((await list(on)).filter(({ state }) => state === 'started').map(({ id }) => id)).not.toContain(two);
  expect(on.fly.leases('shop')).toEqual([]);
});

test('a Machine that does not get there, and one that there is not', async () => {
  const on = await serving();
  const [id = ''] = await idsOf(on, 'worker');
  const waited = await on.flyctl('machine', 'wait', id, '--app', 'shop', '--state', 'stopped', '-w', '3s');
  expect(waited).toMatchObject({ code: 1, said: expect.stringContaining(`Waiting up to 3s for machine ${id} to reach "stopped"...\nError: machine ${id} did not reach "stopped" within 3s: failed to wait for VM ${id} in [stopped] state: machine failed to reach desired state, stopped, currently started (Request ID: `) });
  expect((await on.flyctl('machine', 'wait', id, '--app', 'shop', '-w', '1m')).said).toContain(`Waiting up to 1m0s for machine ${id} to reach "settled"...\nMachine ${id} reached state "started"\n`);
  for (const what of [['start'], ['stop'], ['wait'], ['destroy', '--force']]) {
    const [verb = '', ...more] = what;
    expect(await on.flyctl('machine', verb, 'nosuchid00', '--app', 'shop', ...more)).toMatchObject({ code: 1, said: "Error: machine nosuchid00 was not found in app 'shop'\n" });
  }
  expect(await on.flyctl('machine', 'start', '--app', 'shop')).toMatchObject({ code: 1, said: 'Error: a machine ID must be provided unless --select is used\n' });
});

test('one that runs is destroyed by force only, and is gone for good', async () => {
  const on = await serving();
  const [id = ''] = await idsOf(on, 'worker');
  expect((await on.flyctl('machine', 'destroy', id, '--app', 'shop')).said).toContain('use --force flag');
  expect(await idsOf(on, 'worker')).toEqual([id]);
  expect(await on.flyctl('machine', 'destroy', id, '--app', 'shop', '--force')).toMatchObject({ code: 0, said: `machine ${id} was found and is currently in started state, attempting to destroy...\n${id} has been destroyed\n` });
  await eventually(async () => (await idsOf(on, 'worker')).length === 0);
  expect(on.fly.truth('shop').groups).not.toHaveProperty('worker');
});

test('status, machine list and apps list say of each Machine what it does', async () => {
  const on = await serving();
  const [worker = ''] = await idsOf(on, 'worker');
  const status = await on.flyctl('status', '-a', 'shop');
  expect(status).toMatchObject({ code: 0, said: expect.stringMatching(/^\u001B\[1mApp\u001B\[0m\n Name {5}│ shop {9}\n Owner {4}│ shop {9}\n Hostname │ shop\.fly\.dev \n Image {4}│ shop:aaaaaaa \n/u) });
  expect(status.said).toMatch(/^ app {5}│ \S+ │ 1 {7}│ nrt {4}│ started │ {6}│ 1 total, 1 passing │ \S+ $/mu);
  expect(status.said).toMatch(new RegExp(`^ worker  │ ${worker} │ 1       │ nrt    │ started │      │                    │ \\S+ $`, 'mu'));
  expect(JSON.parse((await on.flyctl('status', '-a', 'shop', '--json')).said)).toMatchObject({ Name: 'shop', Deployed: true, Version: 1, Machines: [{ state: 'started' }, { state: 'started' }, { state: 'started' }] });

  const listed = (await on.flyctl('machine', 'list', '-a', 'shop')).said;
  expect(listed).toContain('3 machines have been retrieved from app shop.\n');
  expect(listed).toMatch(/│ started │ 1\/1 {4}│ nrt {4}│ {6}│ shop:aaaaaaa │/u);
  expect((await on.flyctl('machine', 'list', '-a', 'shop', '-q')).said.split('\n').map((line) => line.trim())).toContain(worker);
  expect(await on.flyctl('apps', 'list', '-q')).toMatchObject({ code: 0, said: ' shop \n\n' });
  expect(await on.flyctl('machine', 'list', '-a', 'nowhere')).toMatchObject({ code: 1, said: expect.stringContaining('Could not find App "nowhere"') });
});

test('a command that the stand-in does not have is named with those that it has', async () => {
  expect(await (await serving()).flyctl('machine', 'clone', 'x', '-a', 'shop')).toMatchObject({ code: 1, said: expect.stringContaining('unknown command "machine clone" for "flyctl" (the stand-in knows deploy, status,') });
});
