import type { Forecast } from './forecast.ts';
import { PHASES, phasesOf, type PhaseName } from './phase.ts';
import { secondsOf, type PhaseTime } from './sla.ts';
import { SURFACES, type Surface } from './surface.ts';

/** What each phase of one run usually takes: it has just the phases that this run makes. */
export interface RunForecast {
  readonly samples: number;
  /** null: no earlier deploy has told. */
  readonly phases: Readonly<Partial<Record<PhaseName, PhaseForecast | null>>>;
}

interface PhaseForecast {
  /** By the action's own clock. */
  readonly seconds: number;
  /** Of the whole job, with its start and its checkout. */
  readonly job: number;
}

/** @param bakeSeconds how long this run is to watch what serves: verify takes no less, whatever the earlier ones took */
export function runForecast({ samples, phases }: Forecast, surfaces: readonly Surface[], bakeSeconds: number): RunForecast {
  return { samples, phases: Object.fromEntries(phasesOf(surfaces).map((name) => [name, usualOf(name)])) };

  function usualOf(name: PhaseName): PhaseForecast | null {
    const found = phases.find(({ phase }) => phase === name);
    if (found === undefined) return null;
    const least = name === 'verify' ? bakeSeconds : 0;
    return { seconds: Math.max(found.seconds, least), job: Math.max(found.job ?? found.seconds, least) };
  }
}

export interface Standing {
  readonly budgetSeconds: number;
  /** Milliseconds since the epoch; null: nobody could read when this attempt of the run began. */
  readonly startedAt: number | null;
  readonly now: number;
  readonly forecast: RunForecast | null;
  /** The phase that stands before its first write. */
  readonly own: Surface;
  /** What of its own time that phase has spent. */
  readonly spentSeconds: number;
}

interface Reckoning {
  readonly budgetSeconds: number;
  readonly elapsedSeconds: number;
  readonly restSeconds: number;
  /** What the rest is made of, one after the other; `unmeasured` are phases of which nobody has told, and counted as nothing. */
  readonly legs: readonly PhaseTime[];
  readonly unmeasured: readonly PhaseName[];
  readonly samples: number;
}

export type Fit =
  | ({ readonly kind: 'fits' | 'cannot-fit' } & Reckoning)
  /** This run has passed its point of no return in an earlier phase: to stop now would leave half of it. */
  | { readonly kind: 'begun'; readonly by: Surface }
  | { readonly kind: 'unknown'; readonly why: string };

/** Right before the first write of a run: does what is left of it, by what it usually takes, fit into what is left of its budget? */
export function restFits({ budgetSeconds, startedAt, now, forecast, own, spentSeconds }: Standing): Fit {
  if (forecast === null) return { kind: 'unknown', why: 'too few earlier deploys have recorded what they took' };
  const first = SURFACES.find((surface) => forecast.phases[surface] !== undefined);
  if (first !== undefined && first !== own) return { kind: 'begun', by: first };
  const usual = forecast.phases[own] ?? null;
  if (usual === null) return { kind: 'unknown', why: `no earlier deploy has recorded what ${own} takes` };
  if (startedAt === null) return { kind: 'unknown', why: 'when this attempt of the run began could not be read' };
  const elapsedSeconds = Math.max(0, now - startedAt) / 1000;
  const legs: PhaseTime[] = [{ phase: own, seconds: Math.max(0, usual.seconds - spentSeconds) }];
  const later = PHASES.slice(PHASES.indexOf(own) + 1).filter((phase) => forecast.phases[phase] !== undefined);
  for (const phase of later) {
    // Its build runs beside all that, and may be what it waits for.
    const wait = builtAfter(forecast, phase) - (elapsedSeconds + total(legs));
    if (wait > 0) legs.push({ phase: `${phase}-build`, seconds: wait });
    legs.push({ phase, seconds: forecast.phases[phase]?.job ?? 0 });
  }
  const restSeconds = total(legs);
  return {
    kind: elapsedSeconds + restSeconds <= budgetSeconds ? 'fits' : 'cannot-fit',
    budgetSeconds, elapsedSeconds, restSeconds, samples: forecast.samples,
    legs: legs.filter(({ seconds }) => seconds > 0),
    unmeasured: later.filter((phase) => forecast.phases[phase] === null),
  };
}

/** The seconds from the start of the run until the build of a surface usually is there: it begins when preflight has ended. */
function builtAfter({ phases }: RunForecast, phase: PhaseName): number {
  const build = phase === 'dashboard' ? phases['dashboard-build'] : phase === 'storefront' ? phases['storefront-build'] : null;
  return build === null || build === undefined ? 0 : (phases.preflight?.seconds ?? 0) + build.seconds;
}

function total(legs: readonly PhaseTime[]): number {
  return legs.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Every figure, none rounded down. */
export function fitWords({ budgetSeconds, elapsedSeconds, restSeconds, legs, unmeasured, samples }: Reckoning): string {
  const parts = [...legs.map(({ phase, seconds }) => `${phase} ${secondsOf(seconds)}`), ...unmeasured.map((phase) => `${phase} not known`)];
  return `${secondsOf(elapsedSeconds)} s of ${budgetSeconds} s have passed, and the rest usually takes ${secondsOf(restSeconds)} s (${parts.join(', ')}; the median of ${samples} deploys)`;
}
