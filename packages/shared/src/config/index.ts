export { environmentOf, loadConfig, parseConfig, surfaceOf, wordpressOf } from './load.ts';
export type { BuiltPackage } from './plugin-output.ts';
export type { DeployConfig, EnvironmentConfig, RedisConfig, VendureSurface, WorkerSurface } from './schema.ts';
export { type SecretsSource, wantedNames } from './secrets-source.ts';
export { paysBy } from './pays.ts';
export type { Capture, Condition, Expectation, ProbeStep } from './steps.ts';
export type { WordPressSurface } from './wordpress.ts';
