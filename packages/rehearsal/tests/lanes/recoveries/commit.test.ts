import { VENDURE_ONLY } from '../faults.ts';
import { eachRecovery } from './recovery.ts';

const staging = { lane: 'deploy-staging', environment: 'staging' } as const;

eachRecovery([
  { id: 'ref-typed-as-assignment', args: [...VENDURE_ONLY, '-f', 'ref=ref=main'] },
  { id: 'commit-not-on-default-branch', args: [...VENDURE_ONLY, '-f', 'ref=develop', '-f', 'allow_pending_migration=true'], serves: 'develop' },
  { id: 'migration-pending', ...staging, args: [...VENDURE_ONLY, '--ref', 'develop'], serves: 'develop' },
  { id: 'commit-older-than-serving', after: 'main', args: [...VENDURE_ONLY, '-f', 'ref=<previous>'], serves: '<previous>' },
  { id: 'setting-missing', ...staging, args: [...VENDURE_ONLY, '--ref', 'guarded'], serves: 'guarded' },
  { id: 'image-push-failed', ...staging, args: [...VENDURE_ONLY, '--ref', 'develop', '-f', 'allow_pending_migration=true'], serves: 'develop', faults: ['registry POST /v2/*/blobs/uploads/ * 500'] },
  { id: 'fleet-mixed', more: ['-f', 'strategy=rolling'], faults: ['fly machine app/1 1 reverts'] },
]);
