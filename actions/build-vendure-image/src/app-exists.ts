import type { ActionContext } from '@vendure-deploy/shared/action';
import { flyClient, ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { ImageRepository } from '@vendure-deploy/shared/providers/registry';
import type { Secret } from '@vendure-deploy/shared/secrets';
import type { AppExists } from './buildx/index.ts';

const deadlineMs = 15_000;

/**
 * Fly's registry says the same of a missing app as while it is unwell: the Machines API knows which. Other registries have no apps.
 * @returns a question that is put at most once for each app
 */
export function appQuestion({ http, signal }: Pick<ActionContext<unknown>, 'http' | 'signal'>, tokenOf: (app: string) => Secret): (repository: ImageRepository) => Promise<AppExists> {
  const asked = new Map<string, Promise<AppExists>>();
  return ({ host, name }) => {
    if (host !== 'registry.fly.io') return Promise.resolve('unknown');
    const known = asked.get(name) ?? ask(name);
    asked.set(name, known);
    return known;
  };

  async function ask(app: string): Promise<AppExists> {
    try {
      await flyClient({ http, token: tokenOf(app), app, deadlineMs, signal }).machines();
      return 'exists';
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      return ['not-found', 'forbidden'].includes(error.code) ? 'missing' : 'unknown';
    }
  }
}
