import { gitRefClient } from '@vendure-deploy/shared/lock';
import { readHealth } from '@vendure-deploy/shared/probe';
import { ProviderError } from '@vendure-deploy/shared/providers/fly';
import type { LeftOut, Planned } from '../check.ts';
import { judgeImage, judgePrebuilt } from '../checks/image.ts';
import { lockCheck, outOfReach } from '../checks/lock.ts';
import { machineSettle } from '../checks/machine-settle.ts';
import { judgeProduction, type Production } from '../checks/production.ts';
import type { Facts } from '../facts.ts';
import type { Prebuilt } from '../image-source.ts';
import { imageTagOf } from '../revision.ts';
import type { Context, Subject } from '../subject.ts';

/** Whether what serves now lets a deploy begin: nobody else deploys, it is well, and it rests. */
export function servingChecks(context: Context, subject: Subject, facts: Facts): readonly Planned[] {
  return [lock(context, subject, facts), ...ofVendure(context, subject, facts)];
}

function lock({ inputs, http, run }: Context, { place }: Subject, { github }: Facts): Planned {
  const repository = place.lock?.repository ?? run.repository;
  const token = inputs['lock-token'].isEmpty ? inputs['github-token'] : inputs['lock-token'];
  return {
    id: 'lock', name: 'deploy lock', reasonCode: 'not-ready', leftOut: inputs['skip-lock'] ? { by: 'switch', input: 'skip-lock' } : null,
    ask: () => (repository !== run.repository && inputs['lock-token'].isEmpty ? Promise.resolve(outOfReach(repository, inputs.environment)) : lockCheck(gitRefClient({ http, token, apiUrl: run.apiUrl, repository }), github, run, inputs.environment)),
  };
}

function ofVendure({ inputs, clock, signal, log, http }: Context, { vendure, prebuilt }: Subject, facts: Facts): Planned[] {
  if (vendure === null) return [];
  const unproven: LeftOut | null = inputs['skip-provenance'] ? { by: 'switch', input: 'skip-provenance' } : null;
  const health = { http, url: `${vendure['public-url']}${vendure['health-path']}`, timeoutMs: inputs['probe-timeout-seconds'] * 1000, signal };
  return [
    {
      id: 'image', name: 'image of the commit', reasonCode: 'image-label-mismatch', leftOut: unproven, after: ['ref'],
      ask: async () => {
        const sha = await facts.sha();
        const tag = prebuilt?.tag(sha) ?? imageTagOf(inputs.environment, sha);
        const reference = `${vendure['image-repository']}:${tag}`;
        const lookup = await facts.registry().lookUp(tag);
        if (prebuilt === null || lookup.kind !== 'absent') return judgeImage(lookup, { reference, sha });
        return judgePrebuilt({ reference, sha, migrations: inputs['allow-pending-migration'], source: await copied(prebuilt, sha, facts) });
      },
    },
    {
      id: 'production', name: 'what serves is healthy', reasonCode: 'production-unhealthy', leftOut: unproven,
      ask: async () => {
        const [machines, serving, ready] = await Promise.all([machinesOf(facts), facts.serving('vendure'), readTwice(() => readHealth(health))]);
        return judgeProduction({ environment: inputs.environment, groups: vendure['process-groups'], machines, serving, health: ready }, inputs['allow-unhealthy']);
      },
    },
    {
      id: 'machine-settle', name: 'Machines have settled', reasonCode: 'not-settled', leftOut: inputs['skip-machine-settle'] ? { by: 'switch', input: 'skip-machine-settle' } : null,
      ask: () => machineSettle({ fly: facts.fly(), machines: facts.machines, clock, signal, log, budgetSeconds: inputs['settle-seconds'], intervalMs: inputs['read-interval-seconds'] * 1000 }),
    },
  ];
}

async function copied({ source }: Prebuilt, sha: string, facts: Facts): Promise<Parameters<typeof judgePrebuilt>[0]['source']> {
  if (source === null) return null;
  const { repository, from } = source;
  const reference = source.reference(sha);
  return { lookup: await facts.registryOf(repository).lookUp(reference), reference: `${repository.host}/${repository.name}${reference.includes(':') ? '@' : ':'}${reference}`, from };
}

/** One answer that fails may be one Machine that has just started. */
async function readTwice(read: () => Promise<Production['health']>): Promise<Production['health']> {
  const first = await read();
  return first.kind === 'ok' ? first : read();
}

async function machinesOf(facts: Facts): Promise<Production['machines']> {
  try {
    return { kind: 'read', machines: await facts.machines() };
  } catch (error) {
    if (error instanceof ProviderError) return { kind: 'unread', error };
    throw error;
  }
}
