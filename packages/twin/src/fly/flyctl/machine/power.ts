import type { FlyctlClient } from '../client.ts';
import { compactApp } from '../compact-app.ts';
import { during, FlyctlError } from '../error.ts';
import { notFound } from './select.ts';
import { underLease } from './under-lease.ts';

interface Wanted {
  readonly app: string;
  readonly ids: readonly string[];
}

/** `machine start`: texts and order of the calls are by flyctl's source; no recording has it. */
export async function startMachines(client: FlyctlClient, wanted: Wanted): Promise<void> {
  await underLease(client, wanted, async ({ id }, nonce) => {
    await client.machines('POST', `/v1/apps/${wanted.app}/machines/${id}/start`, { nonce }).catch(refusalOf('start', { app: wanted.app, id }));
    process.stdout.write(`${id} has been started\n`);
  });
}

/** `machine stop`: the same; without `--wait-timeout` nobody waits until it has stopped. */
export async function stopMachines(client: FlyctlClient, { signal, ...wanted }: Wanted & { readonly signal: string }): Promise<void> {
  await underLease(client, wanted, async ({ id }, nonce) => {
    process.stdout.write(`Sending kill signal to machine ${id}...\n`);
    await client.machines('POST', `/v1/apps/${wanted.app}/machines/${id}/stop`, { body: { id, ...(signal === '' ? {} : { signal: signal.toUpperCase() }) }, nonce }).catch(refusalOf('stop', { app: wanted.app, id }));
    process.stdout.write(`${id} has been successfully stopped\n`);
  });
}

/** `machine destroy --force` (recorded). Without it one that runs is refused, by flyctl's source. */
export async function destroyMachines(client: FlyctlClient, { force, ...wanted }: Wanted & { readonly force: boolean }): Promise<void> {
  await underLease(client, wanted, async ({ id, state }, nonce) => {
    await compactApp(client, wanted.app);
    if (!force && state === 'started') throw new FlyctlError(`machine ${id} currently started, either stop first or use --force flag`);
    process.stdout.write(`machine ${id} was found and is currently in ${state} state, attempting to destroy...\n`);
    await client.machines('DELETE', `/v1/apps/${wanted.app}/machines/${id}${force ? '?kill=true' : ''}`, { nonce }).catch(refusalOf('destroy', { app: wanted.app, id }));
    process.stdout.write(`${id} has been destroyed\n`);
  });
}

function refusalOf(what: string, { app, id }: { app: string; id: string }): (error: unknown) => never {
  return (error) => {
    throw notFound(error, { app, id }) ?? during(`could not ${what} machine ${id}`, error);
  };
}
