import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Tools } from '../command-line.ts';
import { claim, endAbandoned, giveUp, publish } from './claim.ts';
import { host } from './host.ts';
import { markHost, markOf, type ProcessMark } from './processes.ts';
import { knock, openDoor } from './remote.ts';
import { emptyRunnerFolders } from './runner-folder.ts';
import type { World } from './types.ts';

export interface OpenOptions {
  /** The folder that keeps the world; null: a fresh one that nothing outlives. */
  readonly directory: string | null;
  readonly keep: boolean;
  readonly speed: number;
  /** The commit that production serves in a new world; null: main~1. */
  readonly from: string | null;
  /** A shop's own checkout; without it, the example shop. */
  readonly repository?: string | null;
  /** Real tools instead of stand-ins; the process that hosts the world decides. */
  readonly tools?: Tools;
  readonly say: (line: string) => void;
}

const PREFIX = 'rehearsal-';

/** Opens a world: hosts it, or joins the rehearsal that does. */
export async function openWorld(options: OpenOptions): Promise<World> {
  if (options.directory === null) await sweep(options.say);
  const directory = options.directory === null ? await mkdtemp(join(tmpdir(), PREFIX)) : resolve(options.directory);
  for (;;) {
    const claimed = await claim(directory);
    if (claimed.kind === 'host') {
      if (claimed.orphans > 0) options.say(`rehearse: ended ${claimed.orphans} processes that a killed rehearsal had left in this world`);
      return hosted(directory, options);
    }
    const inside = await knock(claimed.socket).catch(() => null);
    // Its host has just left: the next turn finds the world free, or another host.
    if (inside === null) continue;
    options.say(`rehearse: joining the world in ${directory}, which another rehearsal has open`);
    return { directory, facts: inside.facts, openRun: inside.openRun, leave: () => Promise.resolve(inside.leave()) };
  }
}

async function hosted(directory: string, options: OpenOptions): Promise<World> {
  const kept = options.directory !== null || options.keep;
  try {
    await markHost(directory);
    await emptyRunnerFolders(directory);
    const processes: ProcessMark[] = [];
    const started = async (pid: number): Promise<void> => {
      const mark = await markOf(pid);
      if (mark !== null) processes.push(mark);
      await publish(directory, '', processes);
    };
    const { facts, openRun, stop } = await host({ directory, speed: options.speed, from: options.from, repository: options.repository ?? null, tools: options.tools ?? {}, say: options.say, started });
    const door = await openDoor(facts, openRun);
    await publish(directory, door.socket, processes);
    return {
      directory,
      facts,
      openRun,
      leave: async () => {
        await door.close();
        await stop(kept);
        await giveUp(directory);
        if (!kept) await rm(directory, { recursive: true, force: true, maxRetries: 3 });
      },
    };
  } catch (error) {
    await giveUp(directory);
    if (!kept) await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
}

/** Worlds without a name whose rehearsal was killed: nobody comes back to them. */
async function sweep(say: (line: string) => void): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const directory = join(tmpdir(), name);
    const ended = await endAbandoned(directory);
    if (ended === null) continue;
    say(`rehearse: a killed rehearsal had left ${ended} processes; they are ended, and its world is removed`);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
