export { packFlyctl } from './flyctl-release.ts';
export { fillShelf } from './shelf.ts';
