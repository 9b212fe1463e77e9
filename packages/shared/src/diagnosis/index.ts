export { CATALOGUE } from './catalogue/index.ts';
export { again } from './commands.ts';
export { evidenceOf } from './evidence.ts';
export { logTail } from './meaningful.ts';
export { readable, reasonCodeTable, recoverySections } from './page.ts';
export { diagnose, recognise } from './recognise.ts';
export type { Diagnosis, Evidence, KnownFailure, Situation } from './types.ts';
export { staleOutput, type StaleOutput, type WorkspacePackage } from './stale-output.ts';
export { workspacePackages } from './workspace-packages.ts';
