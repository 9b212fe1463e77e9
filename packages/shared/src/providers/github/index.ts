export { githubClient, type GitHubClient, type GitHubClientOptions, type RunStatus } from './client.ts';
export { githubComments, type GitHubComments, type IssueComment } from './comments.ts';
export { ProviderError, type ProviderCode } from '../error.ts';
