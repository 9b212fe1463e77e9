export { readHealth, readVersion, type HealthReading, type VersionReading } from './read.ts';
