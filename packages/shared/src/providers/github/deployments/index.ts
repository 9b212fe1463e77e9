export { type DeploymentRecord, recordDeployment, type RecordOptions } from './record.ts';
export { ProviderError } from '../../error.ts';
