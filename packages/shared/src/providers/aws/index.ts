export { type AwsClient, awsClient, type AwsIdentity, type AwsOptions, type AwsSecret } from './client.ts';
export { ProviderError } from '../error.ts';
