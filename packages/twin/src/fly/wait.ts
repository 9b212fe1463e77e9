import { json } from './answer.ts';
import { type Machine, stateOf } from './machine.ts';
import type { MachinesCall } from './machines-api.ts';

// Fly answers a wait after at most a minute (docs.machines.dev, "Wait for a Machine").
const LONGEST_WAIT_S = 60;

/** Held open until the state is reached or the time is over; a client that goes away ends it. What is destroyed reaches nothing any more. */
export async function answerWait({ url, signal }: MachinesCall, machine: Machine, speed: number): Promise<Response> {
  const asked = url.searchParams.getAll('state');
  const wanted = asked.length > 0 ? asked : ['started'];
  const seconds = Math.min(LONGEST_WAIT_S, Number(url.searchParams.get('timeout') ?? LONGEST_WAIT_S));
  const reached = (): boolean => wanted.includes(stateOf(machine)) || (wanted.includes('settled') && !stateOf(machine).endsWith('ing'));
  const isOver = (): boolean => reached() || machine.state === 'destroyed';
  if (!isOver()) await until(machine, isOver, { milliseconds: (seconds * 1000) / speed, signal });
  if (reached()) return json({ ok: true });
  if (machine.state === 'destroyed') return json({ error: 'machine not found' }, 404);
  return json({ error: `machine failed to reach desired state, ${wanted.join(', ')}, currently ${stateOf(machine)}` }, 408);
}

function until(machine: Machine, isOver: () => boolean, { milliseconds, signal }: { milliseconds: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      machine.waiting.delete(check);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const check = (): void => {
      if (isOver()) finish();
    };
    const timer = setTimeout(finish, milliseconds);
    machine.waiting.add(check);
    signal.addEventListener('abort', finish, { once: true });
  });
}
