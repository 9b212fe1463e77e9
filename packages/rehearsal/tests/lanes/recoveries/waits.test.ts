import { recoveriesAtOnce } from './recovery.ts';

// What is waited for first, by its own time.
recoveriesAtOnce([
  { id: 'machines-not-settled', faults: ['fly machine worker/1 * host-unreachable'] },
  { id: 'lease-held', faults: ['fly POST /v1/apps/*/machines/*/lease * 409 {"status":"error","message":"lease currently held by other@example.com, expires at 2027-01-01T00:00:00Z"}'] },
]);
