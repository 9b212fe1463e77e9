export { insideWorld } from './laptop/inside-world.ts';
export { composeOutcome, exitCodeOf, type Outcome } from './outcome.ts';
export { rehearse } from './rehearse.ts';
export { SHOP } from './world/host.ts';
export { openWorld } from './world/open.ts';
