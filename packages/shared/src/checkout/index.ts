export { checkoutFault, type CheckoutFault } from './fault.ts';
