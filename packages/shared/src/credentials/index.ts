export { credential } from './credential.ts';
export { type FromAws, fromAws } from './from-aws.ts';
export { CREDENTIAL_NAMES, type CredentialName, CREDENTIALS } from './names.ts';
