import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readShopConfig } from '../shop/config.ts';
import { openWorld } from '../world/open.ts';
import { prepareCheckout } from './checkout.ts';
import { laptopEnvironment } from './environment.ts';
import { runCommand, SIGNALS } from './run-command.ts';
import { keepSecrets } from './secrets.ts';
import { fillToolbox } from './toolbox.ts';

export interface Typed {
  /** The folder of the kept world. */
  readonly directory: string;
  readonly argv: (shop: string) => readonly [string, ...string[]];
  /** null: the shop's checkout. */
  readonly workingDirectory: string | null;
  /** What the token may at the world's GitHub. */
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
  readonly say: (line: string) => void;
}

// The world has been cancelled before the command was started.
const NOT_STARTED = 130;

/**
 * Runs a command as the operator's laptop would, in a world that an earlier rehearsal has kept: it meets the twin under the providers' own names, and is told
 * nothing of it. A rehearsal that has the world open is joined. @returns the command's exit code
 */
export async function insideWorld({ directory: folder, argv, workingDirectory, permissions, say }: Typed): Promise<number> {
  const directory = resolve(folder);
  if (!existsSync(join(directory, 'twin/world.json')) && !existsSync(join(directory, 'host.claim'))) {
    throw new Error(`There is no world in ${directory}. Make one:  script/rehearse deploy-production --world ${directory}`);
  }
  // From the beginning: a world that is left in the middle of its opening leaves processes behind.
  const stop = stopAtSignals();
  const world = await openWorld({ directory, keep: true, speed: 10, from: null, say });
  try {
    const run = await world.openRun({ faults: [], latencyMs: 0, environment: 'production' });
    try {
      const environment = laptopEnvironment(process.env, {
        network: await run.environmentOf({ job: null, step: null }),
        toolbox: await fillToolbox(world),
        facts: world.facts,
        githubToken: await run.issueToken(permissions, { login: 'operator' }),
        shop: await readShopConfig(world.facts.shop),
      });
      await prepareCheckout(world.facts.shop);
      await keepSecrets(world);
      if (stop.aborted) return NOT_STARTED;
      return await runCommand(argv(world.facts.shop), { environment, workingDirectory: workingDirectory ?? world.facts.shop });
    } finally {
      await run.close();
    }
  } finally {
    await world.leave();
  }
}

function stopAtSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stop.abort());
  return stop.signal;
}
