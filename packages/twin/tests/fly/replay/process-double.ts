import type { startMachineProcess } from '../../../src/machines/index.ts';
import type { pollChecks } from '../../../src/fly/checks.ts';
import type { StubSettings } from './recording.ts';
import { isSeed } from './seeds.ts';

interface Doubles {
  readonly startProcess: typeof startMachineProcess;
  readonly pollChecks: typeof pollChecks;
  /** Until then everything is well at once. */
  begin(): void;
}

/** A Machine's process that is none, as the recordings' stub had none: a release command ends after its time, everything else runs until it is stopped. */
export function processDoubles({ release_run_ms: runs = 300, release_exit: exit = 0, check_ms: healthyAfter = HEALTHY_AFTER_MS, checks_never: never }: StubSettings, speed: number): Doubles {
  let begun = false;
  return {
    begin: () => void (begun = true),
    startProcess: ({ environment, onLine, onExit }) => {
      let over = false;
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        onExit(code, signal);
      };
      const timer = environment['RELEASE_COMMAND'] === undefined ? undefined : setTimeout(() => end(exit, null), runs === 0 ? 0 : Math.max(SHORTEST_RUN_MS, runs / speed));
      if (timer !== undefined) for (const line of ['Running migrations', exit === 0 ? 'migrated 3 files' : 'ERROR: relation "orders" already exists']) onLine(line);
      return { port: () => null, suspend: () => undefined, resume: () => undefined, stop: async (graceMs) => (graceMs > 0 ? end(0, null) : end(null, 'SIGKILL')) };
    },
    // The stub's checks passed a while after the start, whatever their interval.
    pollChecks: (machine, { isIll }) => {
      const set = (): void => {
        const isWell = !isIll() && !machine.config.image.endsWith(`:${never}`);
        for (const check of machine.checks) check.status = isWell ? 'passing' : 'critical';
      };
      if (!begun || healthyAfter === 0) set();
      // What has ended meanwhile is not well any more.
      const timer = setTimeout(() => machine.process !== null && set(), (isSeed(machine) ? healthyAfter : Math.max(healthyAfter, NEW_HEALTHY_AFTER_MS)) / speed);
      return () => clearTimeout(timer);
    },
  };
}

// The stub's 200 ms are soon over on a busy machine: the more there are, the surer flyctl's first look comes before, as it did. A second one came at 500 ms.
const HEALTHY_AFTER_MS = 320;
// The stub noticed late that a new Machine had started: not before flyctl looked for the second time.
const NEW_HEALTHY_AFTER_MS = 700;
// At the twin's speed it would be gone before flyctl has asked whether it has started.
const SHORTEST_RUN_MS = 100;
