export { configurationOf, readConfiguration, type WranglerConfiguration } from './read.ts';
