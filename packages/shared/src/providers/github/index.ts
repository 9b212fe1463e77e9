export { githubClient, type GitHubClient, type GitHubClientOptions, type RunStatus } from './client.ts';
export { ProviderError, type ProviderCode } from '../error.ts';
