import { expect, test } from '@jest/globals';
import { keepRenewed, type Fence, type Renewer } from '../../src/lock/index.ts';
import { type Process, startProcess, virtualTime, type VirtualTime } from './model/virtual-time.ts';

const HELD: Fence = { kind: 'held', sequence: 1 };
const UNKNOWN: Fence = { kind: 'unknown', why: 'no answer' };

test.each<[string, (asked: number) => Fence, { stopsAt: number | null; asked: number }]>([
  ['it is renewed every 20 s for as long as it works', () => HELD, { stopsAt: null, asked: 14 }],
  ['60 s without a success end the deploy', (asked) => (asked <= 2 ? HELD : UNKNOWN), { stopsAt: 100, asked: 5 }],
  ['a success in time goes on', (asked) => (asked % 2 === 0 ? HELD : UNKNOWN), { stopsAt: null, asked: 14 }],
  ['a success that comes too late does not', (asked) => (asked % 4 === 0 ? HELD : UNKNOWN), { stopsAt: 60, asked: 3 }],
  ['another holder ends it at once', (asked) => (asked === 3 ? { kind: 'lost', holder: null, why: 'it is free' } : HELD), { stopsAt: 60, asked: 3 }],
])('%s', async (_, answer, expected) => {
  const { time, machine } = machineIn();
  let asked = 0;
  let stoppedAt: number | null = null;
  const renewer = keepRenewed({ fence: () => Promise.resolve(answer(asked += 1)), clock: machine.clock });
  renewer.lost.addEventListener('abort', () => { stoppedAt = Math.round(time.now() / 1000); });
  time.after(299_000, () => void renewer.stop());
  await time.run();
  expect({ stopsAt: stoppedAt, asked }).toEqual(expected);
});

test('a machine that slept stops what it deploys as soon as it wakes up, and a proof from before its sleep is none', async () => {
  const { time, machine } = machineIn();
  const fences: Fence[] = [];
  const renewer: Renewer = keepRenewed({ fence: () => new Promise((resolve) => machine.after(200, () => resolve(HELD))), clock: machine.clock });
  time.after(5_000, () => void renewer.fence().then((fence) => fences.push(fence)));
  time.after(5_100, () => machine.pause(3_600_000));
  await time.run();
  expect(renewer.lost.aborted).toBe(true);
  expect(time.now()).toBeLessThan(3_700_000);
  expect(fences).toMatchObject([{ kind: 'unknown', why: expect.stringContaining('60 s') }]);
});

function machineIn(): { time: VirtualTime; machine: Process } {
  const time = virtualTime();
  return { time, machine: startProcess(time, { offset: 0, rate: 1 }) };
}
