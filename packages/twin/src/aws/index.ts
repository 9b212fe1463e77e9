export { type AwsWorld, createAwsWorld } from './world.ts';
