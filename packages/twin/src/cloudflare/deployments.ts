import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import { type Account, AUTHOR, deployableVersions, scriptOf, sourceOf } from './account.ts';
import { secretsOf } from './bindings.ts';
import { readJson } from './body.ts';
import { ok, Refusal } from './envelope.ts';
import type { Binding, Deployment, Script } from './state.ts';

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
    if (c.req.query('force') !== 'true') mustHoldSecrets(script, versions);
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

/**
 * Going back past a change of secrets would bring the old ones back; `force` does it all the same.
 * @throws {Refusal} 10220 for a version that does not serve, is older than what does, and has other secrets
 */
function mustHoldSecrets(script: Script, wanted: Deployment['versions']): void {
  const live = script.versions.filter(({ id }) => script.deployments[0]?.versions.some((one) => one.version_id === id));
  const newest = live.at(-1);
  for (const { version_id: id } of wanted) {
    const version = script.versions.find((one) => one.id === id);
    if (newest === undefined || version === undefined || live.includes(version) || version.number > newest.number) continue;
    const changed = changedSecrets(secretsOf(version.bindings), secretsOf(newest.bindings));
    // The number is the one that wrangler's rollback looks for; the sentence is ours.
    if (changed.length > 0) throw new Refusal(400, 10220, `Secrets have changed since version ${id}: ${changed.join(', ')}.`);
  }
}

function changedSecrets(left: readonly Binding[], right: readonly Binding[]): string[] {
  const names = new Set([...left, ...right].map(({ name }) => name));
  const text = (of: readonly Binding[], name: string): unknown => of.find((one) => one.name === name)?.['text'];
  return [...names].filter((name) => text(left, name) !== text(right, name));
}

function shown({ id, createdOn, source, annotations, versions }: Deployment): Record<string, unknown> {
  return { id, created_on: createdOn, source, strategy: 'percentage', author_email: AUTHOR, annotations, versions };
}

/** The code is ours. */
function refused(message: string): Refusal {
  return new Refusal(400, 10021, message);
}
