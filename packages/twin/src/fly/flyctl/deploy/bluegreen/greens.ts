import { randomBytes } from 'node:crypto';
import { doubling } from '../../clock.ts';
import { failureOf, FlyctlError, outcomeOf, textOf } from '../../error.ts';
import { checksWanted, groupOf, type LaunchInput, nameOf, type RemoteMachine } from '../../machines.ts';
import { isCanceled, isLate, limited, pool } from '../../scope.ts';
import { hold } from '../deployment.ts';
import { healthOf, WaitTimeout, shortDuration } from '../waits.ts';
import { Aborted, type Colours, forEach, isTransient, retried, throwIfAborted } from './colours.ts';

const LAUNCH_ID = 'fly_flyctl_bluegreen_launch_id';

/** One new Machine beside each old one, a third of them at a time; one that fails leaves the others to be made (measured). */
export async function createGreens(colours: Colours): Promise<void> {
  const { deployment, blues, greens } = colours;
  const tag = String(Math.floor(Date.now() / 1000));
  const starting = startedForChecks(colours);
  const size = Math.max(1, Math.min(Math.ceil(blues.length / 3), deployment.command.maxConcurrent));
  const [error] = await pool(size, blues.map(({ input }, index) => async () => {
    throwIfAborted(colours);
    const launchId = newLaunchId();
    const { skip_launch: skip, ...rest } = input;
    const config = { ...input.config, metadata: { ...input.config.metadata, fly_bluegreen_deployment_tag: tag, [LAUNCH_ID]: launchId } };
    const wanted: LaunchInput = { ...rest, config, ...(skip === true && !starting.has(index) ? { skip_launch: true } : {}), skip_service_registration: true };
    const machine = await launch(colours, wanted, launchId);
    greens.push({ held: hold(machine), input: wanted });
    process.stderr.write(`  Created machine ${nameOf(machine)}\n`);
  }));
  if (error !== undefined) throw error;
}

/** Of a group with checks whose Machines are all stopped, the first is started all the same: somebody has to show that the image is well. */
function startedForChecks({ blues }: Colours): ReadonlySet<number> {
  const groups = new Map<string, { first: number; starts: boolean; checks: boolean }>();
  for (const [index, { input }] of blues.entries()) {
    const group = groupOf({ config: input.config });
    const known = groups.get(group) ?? { first: index, starts: false, checks: false };
    groups.set(group, { first: known.first, starts: known.starts || input.skip_launch !== true, checks: known.checks || checksWanted(input.config) > 0 });
  }
  return new Set([...groups.values()].filter(({ starts, checks }) => checks && !starts).map(({ first }) => first));
}

const ATTEMPTS = 3;
const PAUSE_MS = 500;

/** A creation that failed may have been done: before it is tried again, the list is asked for its launch id. */
async function launch({ deployment: { machines, clock } }: Colours, input: LaunchInput, launchId: string): Promise<RemoteMachine> {
  const pauses = doubling(PAUSE_MS, 5000);
  for (let attempt = 1; ; attempt += 1) {
    const [machine, error] = await outcomeOf(machines.launch(input));
    if (machine !== null) return machine;
    if (!isTransient(error)) throw error;
    await clock.rest(PAUSE_MS);
    const made = await machines.list().then((all) => all.find(({ config }) => config.metadata[LAUNCH_ID] === launchId), (failure: unknown) => {
      process.stderr.write(`  Idempotency lookup after failed launch returned an error: ${textOf(failure)}\n`);
      return undefined;
    });
    if (made !== undefined) {
      process.stderr.write(`  Launch reported an error but machine ${made.id} was already created (idempotency tag matched); reusing it\n`);
      return made;
    }
    if (attempt === ATTEMPTS) throw error;
    process.stderr.write(`  Retrying green machine launch (attempt ${attempt + 1}/${ATTEMPTS}): ${textOf(error)}\n`);
    await clock.rest(pauses.next().value);
  }
}

/** A ULID: time first, so that ids of one deploy sort by it. */
function newLaunchId(): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const time = Array.from({ length: 10 }, (_, index) => alphabet[Math.floor(Date.now() / 32 ** (9 - index)) % 32] ?? '0');
  return [...time, ...[...randomBytes(16)].map((byte) => alphabet[byte % 32] ?? '0')].join('');
}

// flyctl looks at what its parts have come to that often.
const LOOK_MS = 90;

/** Shows states as they change, and ends with the first failure, the abort, or the limit. */
export async function watch({ deployment: { clock, command, speed }, aborted }: Colours, { states, isDone, failure }: { states: ReadonlyMap<string, string>; isDone: () => boolean; failure: () => unknown }): Promise<void> {
  const end = Date.now() + command.waitTimeoutMs / speed;
  let shown = '';
  const render = (): void => {
    const rows = [...states].map(([name, state]) => `  Machine ${name} - ${state}`).toSorted().join('\n');
    if (rows !== shown && rows !== '') process.stderr.write(`${rows}\n`);
    shown = rows;
  };
  for (;;) {
    if (isDone()) return render();
    if (aborted.aborted) throw new Aborted();
    if (Date.now() > end) throw new FlyctlError('wait timeout');
    if (failure() !== null) throw failure();
    await clock.rest(LOOK_MS, aborted);
    render();
  }
}

/** Waits on Fly for a state, as long as it takes within the limit; what fails is asked again. */
export async function waitFor({ deployment: { machines, clock, command, speed } }: Colours, { id }: RemoteMachine, state: 'started' | 'stopped', signal: AbortSignal): Promise<void> {
  const within = limited(signal, command.waitTimeoutMs / speed);
  const pauses = doubling(500, 2000);
  try {
    for (;;) {
      const error = await failureOf(machines.wait(id, state, 60, within.signal));
      if (error === null) return;
      if (isCanceled(within.signal)) throw error;
      if (isLate(within.signal)) throw new WaitTimeout(id, state, shortDuration(command.waitTimeoutMs));
      await clock.rest(pauses.next().value, within.signal);
    }
  } finally {
    within.close();
  }
}

/** An abort ends the looking, not the waits: they meet the end of the greens (measured). */
export async function waitStarted(colours: Colours): Promise<void> {
  const states = new Map(colours.greens.map(({ held, input }) => [nameOf(held.machine), input.skip_launch === true ? 'started' : 'created']));
  let failed: unknown = null;
  for (const { held: { machine }, input } of colours.greens) {
    if (input.skip_launch === true) continue;
    void waitFor(colours, machine, 'started', colours.ended).then(() => states.set(nameOf(machine), 'started'), (error: unknown) => {
      // The whole limit ends in the same moment, and is what flyctl tells.
      if (!(error instanceof WaitTimeout)) failed ??= error;
    });
  }
  await watch(colours, { states, isDone: () => [...states.values()].every((state) => state === 'started'), failure: () => failed });
}

/** A green without checks is well once it is started. One failed look ends it all (measured: a single 429). */
export async function waitHealthy(colours: Colours): Promise<void> {
  const { deployment: { machines, clock }, greens } = colours;
  const looked = greens.filter(({ input }) => input.skip_launch === true || checksWanted(input.config) > 0);
  const states = new Map(looked.map(({ held, input }) => [nameOf(held.machine), input.skip_launch === true ? '1/1 passing' : 'unchecked']));
  const well = new Set(looked.filter(({ input }) => input.skip_launch === true).map(({ held }) => held.machine.id));
  const over = new AbortController();
  let failed: unknown = null;
  const follow = async ({ held: { machine }, input }: Colours['greens'][number]): Promise<void> => {
    const { interval, grace } = pace(input);
    await clock.rest(grace, over.signal);
    while (!over.signal.aborted) {
      const { passing, total } = healthOf(await machines.get(machine.id, over.signal));
      if (total > 0) states.set(nameOf(machine), `${passing}/${total} passing`);
      if (total > 0 && passing === total) return void well.add(machine.id);
      await clock.rest(interval, over.signal);
    }
  };
  for (const green of looked.filter(({ input }) => input.skip_launch !== true)) void follow(green).catch((error: unknown) => (failed ??= error));
  await watch(colours, { states, isDone: () => well.size === looked.length, failure: () => failed }).finally(() => over.abort());
}

/** The shortest interval and grace period of its checks. */
function pace({ config }: LaunchInput): { interval: number; grace: number } {
  const checks = [...Object.values(config.checks ?? {}), ...(config.services ?? []).flatMap(({ checks: own = [] }) => own)];
  return { interval: Math.min(...checks.map(({ interval }) => milliseconds(interval, 1000))), grace: Math.min(...checks.map(({ grace_period: grace }) => milliseconds(grace, 1000))) };
}

function milliseconds(text: string | undefined, otherwise: number): number {
  const [, number, unit = 's'] = /^(\d+)(ms|s|m)$/u.exec(text ?? '') ?? [];
  return number === undefined ? otherwise : Number(number) * ({ ms: 1, s: 1000, m: 60_000 }[unit] ?? 1000);
}

export async function uncordonGreens(colours: Colours): Promise<void> {
  await forEach(colours, colours.greens, async ({ held: { machine } }) => {
    throwIfAborted(colours);
    await retried(colours, { what: 'uncordon', name: nameOf(machine), all: true }, () => colours.deployment.machines.uncordon(machine.id));
    process.stderr.write(`  Machine ${nameOf(machine)} now ready\n`);
  });
}
