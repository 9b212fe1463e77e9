import { once } from 'node:events';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import nock from 'nock';
import { pollChecks } from '../../src/fly/checks.ts';
import type { Machine } from '../../src/fly/machine.ts';

// As long as it is on, a socket says that it is connected when nobody listens.
nock.restore();

test('a TCP check is content with a connection, and ends with who listens', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const checks: Machine['checks'] = [{ name: 'redis', check: { type: 'tcp', port: 6379, interval: '1s' }, port: 6379, status: 'critical', output: '', updatedAt: '' }];
  const end = pollChecks({ checks, process: { port: (internal: number) => (internal === 6379 ? port : null) } } as Machine, { speed: 10, isIll: () => false });
  const said = async (status: string): Promise<void> => {
    while (checks[0]?.status !== status) await setTimeout(10);
  };
  try {
    await said('passing');
    server.close();
    await said('critical');
    expect(checks[0]?.output).toContain('ECONNREFUSED');
  } finally {
    end();
    server.close();
  }
});
