export { type Backup, backupMarker, backupOfMarker, proveBackup } from './backup.ts';
export { driftOf, FAIL_ON_DRIFT, judgeDrift } from './drift.ts';
export { commandEnvironment } from './environment.ts';
export { type CommandAnswer, runShopCommand } from './run.ts';
