export { LIMITS } from './limits.ts';
export { migrationsIn, type NamedMigration } from './names.ts';
export { CANARY_IS_NO_CURE, RULES, type RuleId } from './rules/rules.ts';
export { rulesTable } from './rules/table.ts';
export { scanMigrations, type ScanRequest } from './scan.ts';
export type { Finding, FindingKind, Lock, Migration, MigrationFile, MigrationScan, Place, SuppressionFault, Tree, TreeFile, Unread } from './types.ts';
