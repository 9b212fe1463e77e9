export { insideWorld } from './laptop/inside-world.ts';
export { composeOutcome, exitCodeOf, type Outcome } from './outcome.ts';
export { rehearse } from './rehearse.ts';
export { openWorld } from './world/open.ts';
