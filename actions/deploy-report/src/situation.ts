import type { ActionContext } from '@vendure-deploy/shared/action';
import type { EnvironmentConfig } from '@vendure-deploy/shared/config';
import type { Situation } from '@vendure-deploy/shared/diagnosis';
import { type Surface, SURFACES, type SurfaceReading } from '@vendure-deploy/shared/release';
import type { inputs as declared } from './io.ts';
import type { Phase } from './phases.ts';

interface Known {
  readonly context: ActionContext<typeof declared>;
  readonly environment: EnvironmentConfig;
  readonly readings: Partial<Record<Surface, SurfaceReading>>;
  readonly phases: readonly Phase[];
  readonly started: { readonly ref: string; readonly options: readonly string[]; readonly switches: readonly Surface[] };
}

/** What the commands of a diagnosis speak of. */
export function situationOf({ context: { inputs, run }, environment, readings, phases, started }: Known): Situation {
  return {
    environment: inputs.environment,
    repository: run.repository,
    workflow: inputs.workflow || run.workflowFile,
    sha: inputs.sha,
    asked: started.ref,
    ref: run.ref,
    runId: run.runId,
    wanted: SURFACES.filter((surface) => readings[surface] !== undefined),
    missing: SURFACES.filter((surface) => !arrived(readings[surface])),
    options: started.options,
    switches: inputs.workflow === '' ? started.switches : SURFACES,
    app: environment.surfaces.vendure?.app ?? '',
    promoteFrom: environment['promote-from'] ?? '',
    machines: phases.flatMap(({ machines }) => machines),
  };
}

/** A surface that was not to be deployed is not missing. */
function arrived(reading: SurfaceReading | undefined): boolean {
  return reading === undefined || (reading.observed.kind === 'confirmed' && reading.observed.sha === reading.intended);
}
