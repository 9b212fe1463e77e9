export { installedFlyctl, packFlyctl } from './flyctl-release.ts';
export { writeLauncher } from './launcher.ts';
export { fillShelf } from './shelf.ts';
