import { array, constant, constantFrom, double, integer, oneof, record, type Arbitrary } from 'fast-check';
import type { Fate } from './ref-server.ts';

/** What one deployer means to do, and what befalls it. Times in milliseconds; those of what befalls it count from its start. */
export interface Deployer {
  /** A run of several jobs, a run whose one job holds, a runner on somebody's machine. */
  readonly kind: 'run' | 'job' | 'local';
  readonly startMs: number;
  readonly steps: readonly { readonly restMs: number; readonly workMs: number }[];
  readonly waitMs: number;
  /** `anybody`: a person's force. */
  readonly from: 'dead' | 'silent' | 'anybody';
  /** false: nothing of it gives the lock back at its end. */
  readonly tidies: boolean;
  readonly cancelMs: number | null;
  /** `crash`: the process is gone, and its runner says so. `lost`: GitHub loses the runner, closes the job later, and the process may go on until after that. */
  readonly death: { readonly kind: 'crash' | 'lost'; readonly atMs: number; readonly closesAfterMs: number; readonly goesOnMs: number } | null;
  readonly pauses: readonly { readonly atMs: number; readonly lengthMs: number }[];
  /** Another attempt of the same run, that long after its end. */
  readonly againMs: number | null;
  readonly skew: { readonly offset: number; readonly rate: number };
  readonly fates: readonly Fate[];
}

export interface Schedule {
  readonly deployers: readonly Deployer[];
  readonly chances: readonly number[];
}

const ms = (max: number, min = 0): Arbitrary<number> => integer({ min, max });

// Mostly quick; at times as slow as a client bears.
const delay = oneof({ weight: 4, arbitrary: ms(1_000) }, { weight: 1, arbitrary: ms(9_000) });

const fate: Arbitrary<Fate> = record({
  upMs: delay, downMs: delay,
  trouble: oneof({ weight: 7, arbitrary: constant('none' as const) }, { weight: 3, arbitrary: constantFrom('lost-reply' as const, 'dropped' as const, 'late' as const, 'spurious' as const, 'stale' as const) }),
  byMs: ms(120_000),
});

const deployer: Arbitrary<Deployer> = record({
  kind: constantFrom('run' as const, 'job' as const, 'local' as const),
  startMs: ms(60_000),
  steps: array(record({ restMs: ms(30_000), workMs: ms(200_000) }), { minLength: 1, maxLength: 3 }),
  waitMs: constantFrom(60_000, 600_000, 1_800_000),
  from: oneof({ weight: 8, arbitrary: constantFrom('dead' as const, 'silent' as const) }, { weight: 1, arbitrary: constant('anybody' as const) }),
  tidies: oneof({ weight: 3, arbitrary: constant(true) }, { weight: 1, arbitrary: constant(false) }),
  cancelMs: oneof({ weight: 3, arbitrary: constant(null) }, { weight: 1, arbitrary: ms(120_000) }),
  death: oneof({ weight: 1, arbitrary: constant(null) }, { weight: 1, arbitrary: record({ kind: constantFrom('crash' as const, 'lost' as const), atMs: ms(200_000), closesAfterMs: ms(300_000, 5_000), goesOnMs: ms(900_000) }) }),
  pauses: array(record({ atMs: ms(400_000), lengthMs: ms(400_000, 1_000) }), { maxLength: 2 }),
  againMs: oneof({ weight: 2, arbitrary: constant(null) }, { weight: 1, arbitrary: ms(60_000) }),
  skew: record({ offset: integer({ min: -3_600_000, max: 3_600_000 }), rate: constantFrom(0.92, 1, 1.08) }),
  fates: array(fate, { maxLength: 30, size: 'max' }),
});

export const schedules: Arbitrary<Schedule> = record({ deployers: array(deployer, { minLength: 3, maxLength: 4 }), chances: array(double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 8, maxLength: 8 }) });
