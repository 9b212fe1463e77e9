export { type CatalogueEntry, FAULT_FORMS, type FaultForm, FAULTS } from './catalogue.ts';
export { FaultSyntaxError, parseFault } from './parse.ts';
export { createFaultScript, type FaultEffect, type FaultScript, type RunInterrupt } from './script.ts';
