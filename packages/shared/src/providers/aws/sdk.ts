// All of AWS's clients behind one lazy import, so that they become one chunk of the bundle, which is read only where the source is AWS.
export { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
export { fromIni } from '@aws-sdk/credential-provider-ini';
