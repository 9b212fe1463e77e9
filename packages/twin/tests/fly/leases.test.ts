import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, stage, type Stage } from './stage.ts';

let fly: Stage;
beforeAll(async () => { fly = await stage(); });
afterAll(() => fly.stop());

const MACHINES = 'https://api.machines.dev/v1/apps/shop/machines';

test('a lease that lapsed goes on under its own nonce, as long as nobody took it', async () => {
  const lease = `${MACHINES}/${await anyMachine()}/lease?ttl=13`;
  const first = await nonceOf(await ask('POST', lease));
  await eventually(async () => (await ask('GET', lease)).status === 404);
  expect(await nonceOf(await ask('POST', lease, first))).toBe(first);
  await eventually(async () => (await ask('GET', lease)).status === 404);
  const second = await nonceOf(await ask('POST', lease));
  expect(second).not.toBe(first);
  expect((await ask('POST', lease, first)).status).toBe(409);
  expect((await ask('DELETE', lease, second)).status).toBe(200);
});

async function anyMachine(): Promise<string> {
  const [machine] = (await (await ask('GET', MACHINES)).json()) as { id: string }[];
  return machine?.id ?? '';
}

function ask(method: string, url: string, nonce?: string): Promise<Response> {
  return fly.fly.provider.fetch(new Request(url, { method, headers: { authorization: 'Bearer token', ...(nonce === undefined ? {} : { 'fly-machine-lease-nonce': nonce }) } }));
}

async function nonceOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { data: { nonce: string } }).data.nonce;
}
