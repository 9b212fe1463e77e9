export { awsLoginAdvice, chooseAwsLogin } from './choose-login.ts';
export type { AwsLogin } from './login.ts';
export { type AwsClient, awsClient, type AwsIdentity, type AwsOptions, type AwsSecret } from './client.ts';
export { ProviderError } from '../error.ts';
