import { type Surface, SURFACES } from '@vendure-deploy/shared/release';
import type { Planned } from '../check.ts';
import { judgeScan } from '../checks/migration-scan.ts';
import { notOlder, onDefaultBranch } from '../checks/history.ts';
import { pendingMigrations } from '../checks/pending-migrations.ts';
import type { Facts } from '../facts.ts';
import type { Context, Subject } from '../subject.ts';

/** Which commit it is, and what it does to what serves. */
export function commitChecks(context: Context, subject: Subject, facts: Facts): readonly Planned[] {
  const { inputs, run } = context;
  const { place, surfaces } = subject;
  // While the ref is asked about; who needs it hears of a failure.
  if (place['default-branch-only']) facts.defaultBranch().catch(() => {});
  facts.servingShas().catch(() => {});
  return [
    {
      id: 'ref', name: 'ref', reasonCode: 'ref-not-found', leftOut: null,
      ask: async () => {
        const revision = await facts.revision();
        if (revision.kind === 'none') return { status: 'failed', evidence: `${run.repository}: ${revision.why}`, next: revision.next };
        const { sha, from, doubt } = revision;
        return { status: doubt === '' ? 'ok' : 'warning', evidence: `${from} is ${sha}${doubt === '' ? '' : `; ${doubt}`}`, next: '', data: { sha, from } };
      },
    },
    {
      id: 'default-branch', name: 'commit is on the default branch', reasonCode: 'commit-not-allowed', after: ['ref'],
      leftOut: place['default-branch-only'] ? null : { by: 'plan', why: `${inputs.environment} takes commits of any branch` },
      ask: async () => {
        const [branch, sha] = await Promise.all([facts.defaultBranch(), facts.sha()]);
        return onDefaultBranch({ branch, sha, status: await facts.github.compare(run.repository, branch, sha), allowed: inputs['allow-non-main'] });
      },
    },
    ...surfaces.map((surface): Planned => ({
      id: `not-older-${surface}`, name: `${surface} does not go back`, reasonCode: 'commit-not-allowed', leftOut: isHidden(place, surface) ? { by: 'plan', why: 'it stands behind Access, where nobody loses anything by an older commit' } : null, after: ['ref'],
      ask: async () => notOlder({ serving: await facts.serving(surface), since: facts.since, sha: await facts.sha(), allowed: inputs['allow-older'] }),
    })),
    migrations(context, subject, facts),
    scan(context, subject, facts),
  ];
}

function isHidden(place: Subject['place'], surface: Surface): boolean {
  return surface !== 'vendure' && place.surfaces[surface]?.access !== undefined;
}

/** The Storefront of a commit whose migrations have not run would ask Vendure for what it has not. */
function migrations({ inputs }: Context, { place, prebuilt, surfaces, budgetSeconds }: Subject, facts: Facts): Planned {
  const glob = place.surfaces.vendure?.migrations;
  const why = !inputs.vendure && !inputs.storefront ? 'neither Vendure nor the Storefront is deployed' : glob === undefined ? 'the configuration names no `migrations` for vendure' : null;
  return {
    id: 'pending-migrations', name: 'no migration is pending', reasonCode: 'commit-not-allowed', after: ['ref'], leftOut: why === null ? null : { by: 'plan', why },
    ask: async () => {
      const [{ sha: serving }, sha] = await Promise.all([facts.serving('vendure'), facts.sha()]);
      // Who builds nothing has promised to be quick, and a migration is what breaks that promise.
      const warning = prebuilt === null ? '' : `A backup and the migration come before the switch, and may take longer than the ${budgetSeconds} s of this lane. Without that promise:  gh workflow run deploy-${inputs.environment}.yml -f ref=${sha} -f allow_pending_migration=true${inputs['allow-non-main'] ? ' -f allow_non_main=true' : ''}${SURFACES.filter((surface) => !surfaces.includes(surface)).map((surface) => ` -f ${surface}=false`).join('')}`;
      return pendingMigrations({ since: facts.since, serving, sha, glob: glob ?? '', allowed: inputs['allow-pending-migration'], warning });
    },
  };
}

function scan({ inputs }: Context, { vendure }: Subject, facts: Facts): Planned {
  return {
    id: 'migration-scan', name: 'migrations and the running release', reasonCode: 'migration-breaks-release', after: ['ref'],
    leftOut: vendure === null ? { by: 'plan', why: 'Vendure is not deployed' } : inputs['skip-migration-scan'] ? { by: 'switch', input: 'skip-migration-scan' } : null,
    ask: async () => judgeScan(await facts.migrations(), inputs['migration-scan-strict']),
  };
}
