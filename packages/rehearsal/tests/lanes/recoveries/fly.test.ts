import { recoveriesInARow } from './recovery.ts';

const rolling = ['-f', 'strategy=rolling'];

recoveriesInARow([
  { id: 'provider-unwell-in-preflight', faults: ['fly GET /v1/apps/* * 503 {"error":"unavailable"}'] },
  { id: 'flyctl-lied', faults: ['tool flyctl 1 exit 0 without-effect'] },
  { id: 'not-switched', faults: ['tool flyctl * exit 1 without-effect'] },
  { id: 'machine-replacing', more: rolling, faults: ['fly POST /v1/apps/*/machines/* * 409 {"error":"aborted: machine is replacing: concurrent update in progress"}'] },
  { id: 'lease-held', more: rolling, faults: ['fly POST /v1/apps/*/machines/*/lease * 409 {"status":"error","message":"lease currently held by other@example.com, expires at 2027-01-01T00:00:00Z"}'] },
  { id: 'fly-rate-limited', faults: ['fly POST /v1/apps/*/machines * 429 {"error":"rate limit exceeded"}'] },
  { id: 'fly-unwell', more: rolling, faults: ['fly POST /v1/apps/*/machines/* * 500 {"error":"internal server error"}'] },
  { id: 'image-not-found-by-fly', faults: ['fly graphql * * 503 {"error":"unavailable"}'] },
  { id: 'fleet-mixed', more: rolling, faults: ['fly machine app/1 1 reverts'] },
  { id: 'machines-not-settled', faults: ['fly machine worker/1 * host-unreachable'] },
  { id: 'flyctl-unavailable', faults: ['github GET **/flyctl_*.tar.gz * 503'] },
  { id: 'cancelled', faults: ['run step vendure/deploy 1 SIGINT'] },
]);
