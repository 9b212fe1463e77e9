export { actionFolders, readMetadata, type ActionMetadata } from './metadata.ts';
export { type ActionRun, type StartOptions, startAction } from './start-action.ts';
export { readTable } from './readme-table.ts';
