export type { JobState, RunState } from './actions.ts';
export type { Comment } from './comments.ts';
export { refusalOf } from './dispatch-refusal.ts';
export type { IdentityOfJob, TokenClaims } from './identity.ts';
export { createGithubWorld, type GithubWorld, type LockHeld } from './world.ts';
