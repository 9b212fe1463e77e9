export { createDatabaseWorld, type DatabaseWorld } from './world.ts';
