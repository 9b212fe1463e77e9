import type { ActionContext } from '@vendure-deploy/shared/action';
import { flyClient, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { AppExists } from './buildx/index.ts';
import type { inputs as declared } from './inputs.ts';
import type { Job } from './job.ts';

const deadlineMs = 15_000;

/** Fly's registry says the same of a missing app as while it is unwell: the Machines API knows which. Other registries have no apps. */
export async function appExists({ http, inputs, signal }: ActionContext<typeof declared>, { repository }: Pick<Job, 'repository'>): Promise<AppExists> {
  if (repository.host !== 'registry.fly.io') return 'unknown';
  try {
    await flyClient({ http, token: inputs['registry-token'], app: repository.name, deadlineMs, signal }).machines();
    return 'exists';
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return ['not-found', 'forbidden'].includes(error.code) ? 'missing' : 'unknown';
  }
}
