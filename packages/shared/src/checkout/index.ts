export { checkoutFault, type CheckoutFault } from './fault.ts';
export { fetchCommit } from './fetch.ts';
