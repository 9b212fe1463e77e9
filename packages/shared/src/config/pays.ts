import type { ProbeStep } from './steps.ts';

/** Which key of the step says that it takes money or places an order, and how; null: nothing that can be known from outside. */
export function paysBy({ path, method, graphql, variables, json, form }: Pick<ProbeStep, 'path' | 'method' | 'graphql' | 'variables' | 'json' | 'form'>): { key: string; why: string } | null {
  if (graphql !== undefined) {
    const why = payingDocument(graphql);
    if (why !== null) return { key: 'graphql', why };
  }
  if (/[?&]query=/i.test(path)) return { key: 'path', why: 'a GraphQL document in a path cannot be judged; write it as `graphql`' };
  if (method !== 'GET' && (method !== undefined || json !== undefined || form !== undefined)) {
    const segment = decoded(path).split(/[/?&=]/).find((part) => PAYING_SEGMENT.test(part));
    if (segment !== undefined) return { key: 'path', why: `it writes to "${segment}", which pays or places an order` };
  }
  for (const [key, body] of Object.entries({ json, form, variables })) {
    const name = keysOf(body).find((one) => PAYING_KEY.test(one) || (key === 'json' && DOCUMENT_KEY.test(one)));
    if (name !== undefined) return { key, why: DOCUMENT_KEY.test(name) ? `it holds "${name}", as a GraphQL request does; write it as \`graphql\`, so that it can be judged` : `it holds "${name}", which pays` };
  }
  return null;
}

/** Mutations of Vendure's Shop and Admin API and of its payment plugins; a query cannot pay. */
const PAYING_WORD = /pay(?!load)|refund|charge|settle|stripe|mollie|braintree|adyen|klarna|(?:place|complete|submit|confirm)order|arrangingpayment/i;
const PAYING_SEGMENT = /(?:^|[-_.])(?:pay|payments?|charges?|refunds?|purchase|(?:place|complete|submit|confirm)-?orders?)(?:$|[-_.])/i;
const PAYING_KEY = /payment|paypal|stripe|^card|iban/i;
/** `extensions` carries a persisted query. */
const DOCUMENT_KEY = /^(?:query|extensions|documentId)$/;

function payingDocument(document: string): string | null {
  const code = document.replaceAll(/"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n\r]*/g, (found) => (found.startsWith('#') ? ' ' : '""'));
  const words: readonly string[] = code.match(/[A-Za-z_]\w*/g) ?? [];
  if (!words.includes('mutation')) return null;
  const paying = words.find((word) => PAYING_WORD.test(word));
  if (paying !== undefined) return `its mutation names "${paying}", which pays`;
  // Anything but these two literals may be ArrangingPayment, a variable too.
  const moves = words.filter((word) => word === 'transitionOrderToState').length;
  const harmless = document.match(/transitionOrderToState\s*\(\s*state\s*:\s*"(?:AddingItems|Cancelled)"\s*\)/g)?.length ?? 0;
  return moves > harmless ? 'transitionOrderToState may only name "AddingItems" or "Cancelled", written out: every other state leads to a payment' : null;
}

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [key, ...keysOf(below)]);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
