export { budgetOf, momentOf, slaInputs, slaTerms, type SlaTerms } from './terms.ts';
export { outOfTime } from './out-of-time.ts';
export { startOfAttempt } from './start.ts';
