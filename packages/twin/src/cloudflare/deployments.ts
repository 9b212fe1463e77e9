import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, AUTHOR, deployableVersions, scriptOf, sourceOf } from './account.ts';
import { readJson } from './body.ts';
import { ok, Refusal } from './envelope.ts';
import type { Deployment, Script } from './state.ts';

const traffic = z.array(z.object({ version_id: z.string(), percentage: z.number().min(0).max(100) }));
const wanted = z.object({ strategy: z.literal('percentage'), versions: traffic, annotations: z.record(z.string(), z.string()).default({}) });

// One report shows no more than ten (github.com/botiverse/hands, pull request 508): who looks for an older one must have kept its id.
const SHOWN = 10;

/** `…/scripts/{script}/deployments`: the only call that moves traffic. */
export function deploymentRoutes(api: Hono, account: Account): void {
  api.get('/workers/scripts/:script/deployments', (c) => {
    const { deployments } = scriptOf(account, c.req.param('script'));
    return ok({ deployments: deployments.slice(0, SHOWN).map((one) => shown(one)) });
  });
  api.post('/workers/scripts/:script/deployments', async (c) => {
    const { versions, annotations } = await readJson(c.req.raw, wanted);
    const script = scriptOf(account, c.req.param('script'));
    const deployment = deploy(script, { versions, annotations: { 'workers/triggered_by': 'deployment', ...annotations }, source: sourceOf(c.req.raw) });
    account.save();
    return ok(shown(deployment));
  });
}

/**
 * Puts a deployment on top of the others.
 * @throws {Refusal} more than two versions, one that is unknown, too old or named twice, or percentages that are not 100 together
 */
export function deploy(script: Script, { versions, annotations, source }: Pick<Deployment, 'versions' | 'annotations' | 'source'>): Deployment {
  const total = versions.reduce((sum, { percentage }) => sum + percentage, 0);
  // Percentages may be fractions, and 0.1 + 0.2 is not 0.3.
  if (Math.abs(total - 100) > 1e-6) throw refused(`Percentages must total 100, they total ${total}.`);
  if (versions.length > 2) throw refused(`A deployment holds at most 2 versions, not ${versions.length}.`);
  if (new Set(versions.map((one) => one.version_id)).size < versions.length) throw refused('A version stands twice in this deployment.');
  const known = new Set(deployableVersions(script).map(({ id }) => id));
  const unknown = versions.find((one) => !known.has(one.version_id));
  if (unknown !== undefined) throw refused(`Version ${unknown.version_id} is not a deployable version of ${script.name}.`);
  const deployment = { id: randomUUID(), createdOn: new Date().toISOString(), source, annotations, versions: [...versions] };
  script.deployments.unshift(deployment);
  script.lastDeployedFrom = source;
  return deployment;
}

function shown({ id, createdOn, source, annotations, versions }: Deployment): Record<string, unknown> {
  return { id, created_on: createdOn, source, strategy: 'percentage', author_email: AUTHOR, annotations, versions };
}

/** The code is ours. */
function refused(message: string): Refusal {
  return new Refusal(400, 10021, message);
}
