export { checkoutFault, type CheckoutFault, isUntouched } from './fault.ts';
export { fetchCommit } from './fetch.ts';
