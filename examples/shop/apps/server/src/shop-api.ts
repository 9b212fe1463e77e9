import { addItem, shippingQuote } from './cart.ts';
import { findProduct, search, totalProducts } from './catalogue.ts';
import type { Database } from './database.ts';

export interface GraphqlAnswer {
  readonly data: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

interface Asked {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Resolver = (db: Database, variables: Asked['variables'], session: string) => Promise<unknown>;

/** One field at the root of each question; arguments come as variables, and the answer has all that the field has. */
const FIELDS: Readonly<Record<string, Resolver>> = {
  products: async (db) => ({ totalItems: await totalProducts(db) }),
  search: (db, { term }) => search(db, text(term, 'term')),
  product: (db, { id }) => findProduct(db, whole(id, 'id')),
  addItemToOrder: (db, { id, quantity }, session) => addItem(db, session, { productId: whole(id, 'id'), quantity: whole(quantity, 'quantity') }),
  eligibleShippingMethods: (db, _variables, session) => shippingQuote(db, session),
};

/**
 * The questions that this shop answers, each with one field: `products`, `search`, `product`, `addItemToOrder`, `eligibleShippingMethods`, and
 * `{ __typename }`. As in Vendure, a database that does not answer gives HTTP 200 with `errors`.
 */
export async function answerGraphql(db: Database, body: string, session: string): Promise<GraphqlAnswer> {
  try {
    const { query, variables } = parse(body);
    if (/^\s*\{\s*__typename\s*\}\s*$/.test(query)) return { data: { __typename: 'Query' } };
    const [, field = ''] = /^[^{]*\{\s*(\w+)/.exec(query) ?? [];
    const resolve = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
    if (resolve === undefined) throw new Error(`Cannot query field "${field}" on type "Query".`);
    return { data: { [field]: await resolve(db, variables, session) } };
  } catch (error) {
    return { data: null, errors: [{ message: error instanceof Error ? error.message : String(error) }] };
  }
}

function parse(body: string): Asked {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null || !('query' in parsed) || typeof parsed.query !== 'string') throw new Error('Must provide query string.');
  const variables = 'variables' in parsed && typeof parsed.variables === 'object' && parsed.variables !== null ? parsed.variables : {};
  return { query: parsed.query, variables: { ...variables } };
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Error(`Variable "$${name}" must be a text.`);
  return value;
}

function whole(value: unknown, name: string): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || Math.abs(number) > 2 ** 31 - 1) throw new Error(`Variable "$${name}" must be a whole number.`);
  return number;
}
