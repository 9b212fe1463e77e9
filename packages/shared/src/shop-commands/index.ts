export { auditDrift, type ShopStage, takeBackup, type TakenBackup } from './ask.ts';
export { type Backup, backupMarker, backupOfMarker, proveBackup } from './backup.ts';
export { driftOf, judgeDrift } from './drift.ts';
export { commandEnvironment } from './environment.ts';
export { type CommandAnswer, runShopCommand } from './run.ts';
