import { VENDURE_ONLY } from '../faults.ts';
import { eachRecovery } from './recovery.ts';

const staging = { lane: 'deploy-staging', environment: 'staging' } as const;

eachRecovery([
  { id: 'commit-not-on-default-branch', args: [...VENDURE_ONLY, '-f', 'ref=develop', '-f', 'allow_pending_migration=true'] },
  { id: 'migration-pending', ...staging, args: [...VENDURE_ONLY, '--ref', 'develop'] },
  { id: 'commit-older-than-serving', before: ['gh workflow run deploy-production.yml -f dashboard=false -f storefront=false'], args: [...VENDURE_ONLY, '--ref', 'main~1'] },
  { id: 'setting-missing', ...staging, args: [...VENDURE_ONLY, '--ref', 'guarded'] },
  { id: 'image-push-failed', ...staging, args: [...VENDURE_ONLY, '--ref', 'develop', '-f', 'allow_pending_migration=true'], faults: ['registry POST /v2/*/blobs/uploads/ * 500'] },
]);
