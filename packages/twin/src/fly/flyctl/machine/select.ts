import type { FlyctlClient } from '../client.ts';
import { during, FlyctlError, textOf } from '../error.ts';
import type { RemoteMachine } from '../machines.ts';

/** The Machine that was named. @throws {FlyctlError} in the words of most commands about Machines */
export async function machineNamed(client: FlyctlClient, app: string, id: string): Promise<RemoteMachine> {
  if (id === '') throw new FlyctlError('a machine ID must be provided unless --select is used');
  return client.machines<RemoteMachine>('GET', `/v1/apps/${app}/machines/${id}`).catch((error: unknown) => {
    throw notFound(error, { app, id }) ?? during(`could not get machine ${id}`, error);
  });
}

/** null: it is another error. */
export function notFound(error: unknown, { app, id }: { app: string; id: string }): FlyctlError | null {
  return textOf(error).includes('machine not found') ? new FlyctlError(`machine ${id} was not found in app '${app}'`) : null;
}
