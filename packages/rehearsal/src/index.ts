export { composeOutcome, exitCodeOf, type Outcome } from './outcome.ts';
export { rehearse } from './rehearse.ts';
