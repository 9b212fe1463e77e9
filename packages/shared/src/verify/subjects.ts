import { UserError } from '../action/index.ts';
import { environmentOf, type DeployConfig, type ProbeStep, surfaceOf } from '../config/index.ts';
import { SURFACES, type Surface } from '../release/index.ts';
import type { Reach } from './reach.ts';
import { patternsOf } from './steps/patterns.ts';
import { type Journey, runSteps } from './steps/run.ts';
import type { Probe, Reading, Subject } from './types.ts';
import { type VendureAsked, vendureSubject } from './vendure.ts';
import { workerSubject } from './worker.ts';

export interface Reader {
  readonly config: DeployConfig;
  readonly environment: string;
  readonly reach: Reach;
  /** What every surface must serve; '': any commit. */
  readonly wanted: string;
  readonly asked: VendureAsked;
}

/** How each of the surfaces is asked. @throws {UserError} before anything is asked, for a step that cannot be */
export async function subjectsOf(surfaces: readonly Surface[], { config, environment, reach, wanted, asked }: Reader): Promise<Subject[]> {
  const configured = environmentOf(config, environment).surfaces;
  const originOf = (surface: Surface): string => surfaceOf(config, environment, surface)['public-url'];
  const vendure = configured.vendure;
  const api = vendure === undefined ? null : { origin: new URL(vendure['public-url']).origin, graphql: vendure['graphql-path'] ?? null };
  return Promise.all(surfaces.map(async (surface) => {
    const plain = surface === 'vendure' ? vendureSubject(surfaceOf(config, environment, surface), { wanted, reach, asked }) : workerSubject(surfaceOf(config, environment, surface), { surface, wanted, reach, api });
    const { shadow, canary } = surfaceOf(config, environment, surface).verify ?? {};
    const steps = [...(shadow ?? []), ...(canary ?? [])];
    mustBeThere(steps, environment, configured);
    const journey = { surface, reach, originOf, find: await patternsOf(steps) };
    return { ...plain, reads: [...plain.reads, journeyOf('shadow', shadow, journey)], writes: [...plain.writes, journeyOf('canary', canary, journey)] };
  }));
}

/** The surfaces that the environment has, in the order in which they are deployed. */
export function surfacesIn(config: DeployConfig, environment: string): Surface[] {
  const { surfaces } = environmentOf(config, environment);
  return SURFACES.filter((surface) => surfaces[surface] !== undefined);
}

function journeyOf(name: 'shadow' | 'canary', steps: readonly ProbeStep[] | undefined, journey: Omit<Journey, 'steps'>): Probe {
  const absent: Reading = { kind: 'not-configured', why: `the configuration has no verify.${name}` };
  return { name, read: () => (steps === undefined ? Promise.resolve(absent) : runSteps({ ...journey, steps })) };
}

function mustBeThere(steps: readonly ProbeStep[], environment: string, configured: Partial<Record<Surface, unknown>>): void {
  for (const { name, surface } of steps) {
    if (surface !== undefined && configured[surface] === undefined) throw new UserError(`The step ${name} goes to the surface ${surface}, which environment ${environment} does not have.`, { reasonCode: 'invalid-config' });
  }
}
