export { createFlyWorld, type FlyWorld } from './world.ts';
