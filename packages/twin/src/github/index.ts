export type { JobState, RunState } from './actions.ts';
export { createGithubWorld, type GithubWorld, type LockHeld } from './world.ts';
