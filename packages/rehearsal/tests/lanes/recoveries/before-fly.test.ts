import { recoveriesInARow } from './recovery.ts';

recoveriesInARow([
  { id: 'ref-typed-as-assignment', args: ['-f', 'dashboard=false', '-f', 'storefront=false', '-f', 'ref=ref=main'] },
  { id: 'lock-of-lost-runner', faults: ['github lock held-by-lost-run'] },
  { id: 'lock-lost', faults: ['github PATCH /repos/*/*/git/refs/** 2- 422 {"message":"Update is not a fast forward"}'] },
  { id: 'lock-unreadable', faults: ['github GET /repos/*/*/git/ref/heads/deploy-lock/* * 500'] },
  { id: 'registry-unavailable', faults: ['registry GET /v2/**/manifests/** * 500'] },
]);
