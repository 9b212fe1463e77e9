export { Secret } from './secret.ts';
export { processRedactor, redactor, type Redactor } from './redactor.ts';
export { neutralise } from './neutralise.ts';
export { secretLines } from './lines.ts';
