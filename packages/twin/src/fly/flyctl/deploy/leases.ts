import { Canceled, failureOf, find, MachinesApiError, textOf } from '../error.ts';
import { scopeIn } from '../scope.ts';
import { type Deployment, type Held, inform, warn } from './deployment.ts';
import { nameOf } from '../machines.ts';

// Every refusal is tried again for up to a minute, 0.1 to 0.7 s apart (flyctl-measured 6.2).
const PATIENCE_MS = 60_000;

/** @throws with the last refusal */
export async function acquireLease({ machines, clock, command }: Deployment, id: string, signal: AbortSignal): Promise<string> {
  const since = Date.now();
  for (let pause = 100; ; pause = Math.min(500, pause * 2)) {
    try {
      return await machines.lease(id, seconds(command.leaseTimeoutMs), { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      const wait = pause * (0.5 + Math.random());
      if (clock.since(since) + wait > PATIENCE_MS) throw error;
      await clock.rest(wait, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** All of them or none: with the first refusal the others are let go. */
export async function acquireAll(deployment: Deployment, all: readonly Held[]): Promise<void> {
  const scope = scopeIn(deployment.signal);
  const failures: unknown[] = [];
  await Promise.all(all.map(async (held) => {
    try {
      if (held.nonce === '') held.nonce = await acquireLease(deployment, held.machine.id, scope.signal);
    } catch (error) {
      failures.push(error);
      scope.cancel();
    }
  }));
  if (failures.length === 0) return;
  warn(`failed to acquire lease: ${textOf(failures[0])}\n`);
  await releaseAll(deployment, all);
  throw failures[0];
}

/** flyctl's time between two renewals: a third of the lease, in whole seconds. */
export function betweenRenewals(leaseMs: number): number {
  return Math.floor(leaseMs / 3000) * 1000;
}

export function keepRefreshing({ machines, clock, command }: Deployment, held: Held, signal: AbortSignal): void {
  const scope = scopeIn(signal);
  held.stopRefreshing = () => scope.cancel();
  const refresh = async (): Promise<void> => {
    for (;;) {
      await clock.rest(betweenRenewals(command.leaseTimeoutMs), scope.signal);
      if (held.destroyed || scope.signal.aborted) return;
      const error = await failureOf(machines.lease(held.machine.id, seconds(command.leaseTimeoutMs), { nonce: held.nonce, signal: scope.signal }));
      if (error === null) continue;
      if (find(error, Canceled) !== null || textOf(error).includes('machine not found')) return;
      warn(`error refreshing lease for machine ${held.machine.id}: ${textOf(error)}\n`);
    }
  };
  void refresh();
}

export async function releaseAll(deployment: Deployment, all: readonly Held[]): Promise<void> {
  const { signal } = deployment;
  if (signal.aborted) inform('detected canceled context and allowing 500ms to release machine leases\n');
  await Promise.all(all.map(async (held) => {
    const error = await release(deployment, held).then(() => null, (failure: unknown) => failure);
    if (error !== null && find(error, MachinesApiError)?.status !== 404) warn(`failed to release lease: ${textOf(error)}\n`);
  }));
}

/** A lease of a Machine that is gone is not released. After a signal the call does not go out any more: the lease ends by itself (measured). */
export async function release({ machines, signal }: Deployment, held: Held): Promise<void> {
  const { nonce, machine } = held;
  held.nonce = '';
  held.stopRefreshing();
  if (nonce === '' || held.destroyed) return;
  if (signal.aborted) inform(`detected canceled context and allowing 500ms to release machine ${nameOf(machine)} lease\n`);
  await machines.releaseLease(machine.id, nonce, signal);
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
