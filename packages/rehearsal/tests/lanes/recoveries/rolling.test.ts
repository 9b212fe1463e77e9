import { type Recovery, recoveriesAtOnce } from './recovery.ts';

const UPDATES = 'fly POST /v1/apps/*/machines/*';
const FAILURES: readonly Recovery[] = [
  { id: 'machine-replacing', faults: [`${UPDATES} * 409 {"error":"aborted: machine is replacing: concurrent update in progress"}`] },
  { id: 'fly-rate-limited', faults: [`${UPDATES} * 429 {"error":"rate limit exceeded"}`] },
  { id: 'fly-unwell', faults: [`${UPDATES} * 500 {"error":"internal server error"}`] },
  { id: 'lease-held', faults: [`${UPDATES}/lease * 409 {"status":"error","message":"lease currently held by other@example.com, expires at 2027-01-01T00:00:00Z"}`] },
  { id: 'machines-not-settled', faults: ['fly machine worker/1 * host-unreachable'] },
];

recoveriesAtOnce(FAILURES.map((failure) => ({ ...failure, more: ['-f', 'strategy=rolling'] })));
