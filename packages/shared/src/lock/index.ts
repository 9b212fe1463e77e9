export { acquire, type Acquired, type AcquireRequest } from './acquire.ts';
export { fence, type Fence, type FenceRequest } from './fence.ts';
export { renewLock } from './renew.ts';
export { release, type Released, type ReleaseRequest } from './release.ts';
export { readLock, type LockReading } from './read.ts';
export { gitRefClient, type CommitReading, type GitRefClient, type RefMove, type RefReading } from './git-ref-client.ts';
export { describeHolder, earlierAttempt, lockRef, runHolder, sameRun, type Hold, type Holder, type LockState } from './state.ts';
