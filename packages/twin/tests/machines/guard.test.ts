import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMachineProcess } from '../../src/machines/index.ts';

const PROGRAM = `
const http = require('node:http'), net = require('node:net');
const tried = (name, promise) => promise.then((said) => console.log(name, said), (error) => console.log(name, error.cause?.code ?? error.code));
http.createServer((_, response) => response.end('inside')).listen(3000, async function () {
  const own = this.address().port;
  await tried('loopback', fetch('http://127.0.0.1:' + own).then((answer) => answer.text()));
  await tried('fetch', fetch('https://api.example/'));
  await tried('address', new Promise((resolve, reject) => net.connect(443, '192.0.2.1').once('error', reject).once('connect', resolve)));
  await tried('name', new Promise((resolve, reject) => net.connect({ host: 'db.example', port: 5432 }).once('error', reject).once('connect', resolve)));
  console.log('done');
});
`;

test('a Machine listens on a free loopback port for its internal one, and reaches nothing outside this machine', async () => {
  const root = await mkdtemp(join(tmpdir(), 'machine-'));
  await writeFile(join(root, 'main.cjs'), PROGRAM);
  const said: string[] = [];
  let machine: ReturnType<typeof startMachineProcess> | null = null;
  await new Promise<void>((resolve) => {
    machine = startMachineProcess({
      image: { digest: 'sha256:x', layers: [], config: { Env: [], Entrypoint: [], Cmd: ['node', 'main.cjs'], WorkingDir: '/', Labels: {} } },
      root, command: null, environment: {},
      onLine: (line) => {
        said.push(line);
        if (line === 'done') resolve();
      },
      onExit: () => resolve(),
    });
  });
  const port = (machine as unknown as ReturnType<typeof startMachineProcess>).port(3000);
  expect(said).toEqual(['loopback inside', 'fetch ENETUNREACH', 'address ENETUNREACH', 'name ENETUNREACH', 'done']);
  expect(port).not.toBeNull();
  expect(port).not.toBe(3000);
  await (machine as unknown as ReturnType<typeof startMachineProcess>).stop(1000);
  await rm(root, { recursive: true });
});
