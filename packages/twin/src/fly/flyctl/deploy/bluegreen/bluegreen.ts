import { FlyctlError, Joined, textOf } from '../../error.ts';
import { nameOf } from '../../machines.ts';
import type { Deployment, Update } from '../deployment.ts';
import { cordonBlues, destroyBlues, stopBlues, tagBlues, waitStopped } from './blues.ts';
import { type Colours, throwIfAborted } from './colours.ts';
import { createGreens, uncordonGreens, waitHealthy, waitStarted } from './greens.ts';
import { verify } from './verify.ts';

// flyctl sleeps 0.3 s after the creation, and 10 s before it cordons and before it stops the blues; no flag removes them (measured, 0.4.87).
const BREAK_MS = 300;
const PAUSE_MS = 10_000;

/**
 * New Machines beside the old; when all are well they get the traffic and the old ones go. Until then a failure takes the new ones away again, after it both
 * stay.
 */
export async function bluegreen(deployment: Deployment, updates: readonly Update[], aborted: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const colours: Colours = { deployment, blues: updates, greens: [], aborted, ended: ended.signal, hanging: [] };
  const { clock } = deployment;
  let canRollBack = false;
  const phase = async (text: string, failure: string, work: (colours: Colours) => Promise<void>): Promise<void> => {
    process.stderr.write(`\n${text}\n`);
    await work(colours).catch((error: unknown) => {
      throw new Joined([error, new FlyctlError(failure)]);
    });
  };
  const pause = async (text: string): Promise<void> => {
    process.stderr.write(`\n${text}\n`);
    await clock.rest(PAUSE_MS, aborted);
    throwIfAborted(colours);
  };
  try {
    throwIfAborted(colours);
    await verify(colours);
    canRollBack = true;
    await phase('Creating green machines', 'failed to create green machines', createGreens);
    throwIfAborted(colours);
    await clock.rest(BREAK_MS);
    await phase('Waiting for all green machines to start', 'could not get all green machines into started state', waitStarted);
    throwIfAborted(colours);
    await phase('Waiting for all green machines to be healthy', 'could not get all green machines to be healthy', waitHealthy);
    throwIfAborted(colours);
    await phase('Marking green machines as ready', 'failed to mark green machines as ready', uncordonGreens);
    canRollBack = false;
    throwIfAborted(colours);
    await phase('Checkpointing deployment, this may take a few seconds...', 'failed to mark as safe for deletion', tagBlues);
    throwIfAborted(colours);
    await pause('Waiting before cordoning all blue machines');
    await cordonBlues(colours).catch((error: unknown) => {
      throw new Joined([error, new FlyctlError('failed to cordon blue machines')]);
    });
    throwIfAborted(colours);
    await pause('Waiting before stopping all blue machines');
    await phase('Stopping all blue machines', 'failed to stop blue machines', stopBlues);
    await phase('Waiting for all blue machines to stop', 'could not get all blue machines into stopped state', waitStopped);
    await phase('Destroying all blue machines', 'failed to destroy previous deployment', destroyBlues);
    process.stderr.write('\nDeployment Complete\n');
  } catch (error) {
    if (canRollBack) await rollBack(colours);
    throw error;
  } finally {
    ended.abort();
  }
}

/** @throws the failure of a deletion, which hides what had failed before (measured) */
async function rollBack({ deployment: { machines }, greens }: Colours): Promise<void> {
  process.stderr.write('\nRolling back failed deployment\n');
  for (const { held: { machine, nonce } } of greens) {
    await machines.destroy(machine.id, nonce).catch((error: unknown) => {
      process.stderr.write(`Error in rollback: ${textOf(error)}\n`);
      throw error;
    });
    process.stderr.write(`  Deleted machine ${nameOf(machine)}\n`);
  }
}

