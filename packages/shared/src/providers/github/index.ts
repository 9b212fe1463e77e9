export { githubCaches, type CacheEntry, type Deletion, type GitHubCaches } from './caches.ts';
export { type Candidates, type ComparedCommit, type Comparison, githubClient, type GitHubClient, type GitHubClientOptions, type RunStatus } from './client.ts';
export { githubComments, type GitHubComments, type IssueComment } from './comments.ts';
export { earlierDeploys, type EarlierDeploy } from './earlier.ts';
export { githubRuns, type GitHubRuns, type Job, type JobLog, type WorkflowRun } from './runs.ts';
export { githubTokenRights, type Held, TOKEN_AREAS, type TokenArea, type TokenRights } from './token.ts';
export { ProviderError, type ProviderCode } from '../error.ts';
