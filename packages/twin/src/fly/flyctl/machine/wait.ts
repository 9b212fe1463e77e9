import { setTimeout as sleep } from 'node:timers/promises';
import type { FlyctlClient } from '../client.ts';
import { during, FlyctlError, MachinesApiError, textOf } from '../error.ts';
import { machineNamed } from './select.ts';

export interface WaitWanted {
  readonly app: string;
  readonly id: string;
  readonly state: string;
  readonly milliseconds: number;
}

const ATTEMPTS = 3;
const LONGEST_WAIT_S = 60;

/** `machine wait`: recorded; what is tried again, by its source. A minute at most is asked for, and a state that did not come is no reason to ask again. */
export async function waitForMachine(client: FlyctlClient, { app, id, state, milliseconds }: WaitWanted, speed: number): Promise<void> {
  const machine = await machineNamed(client, app, id);
  const until = Date.now() + milliseconds / speed;
  process.stdout.write(`Waiting up to ${spelled(milliseconds)} for machine ${id} to reach "${state}"...\n`);
  for (let attempt = 1; ; attempt += 1) {
    const seconds = Math.floor(((until - Date.now()) * speed - 1) / 1000);
    const failed = await client.machines('GET', `/v1/apps/${app}/machines/${id}/wait?state=${state}&timeout=${Math.max(1, Math.min(LONGEST_WAIT_S, seconds))}`).then(() => null, (error: unknown) => during(`failed to wait for VM ${id} in [${state}] state`, error));
    if (failed === null) break;
    if (attempt === ATTEMPTS || !isPassing(failed)) throw new FlyctlError(`machine ${id} did not reach "${state}" within ${spelled(milliseconds)}: ${failed.message}`, { cause: failed });
    process.stdout.write(`Retrying wait for machine ${id} due to transient error: ${failed.message}\n`);
    await sleep((500 * 2 ** (attempt - 1)) / speed);
  }
  // What has settled is in some state; which one is what the reader wants to know.
  const reached = state === 'settled' ? (await machineNamed(client, app, machine.id)).state : state;
  process.stdout.write(`Machine ${id} reached state "${reached}"\n`);
}

function isPassing(error: FlyctlError): boolean {
  const status = error.cause instanceof MachinesApiError ? error.cause.status : 0;
  return status === 429 || status >= 500 || /timeout|currently replaced|connection reset|eof/iu.test(textOf(error));
}

/** As Go writes a duration: 20s, 1m30s, 5m0s. */
function spelled(milliseconds: number): string {
  const [minutes, seconds] = [Math.floor(milliseconds / 60_000), (milliseconds % 60_000) / 1000];
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
