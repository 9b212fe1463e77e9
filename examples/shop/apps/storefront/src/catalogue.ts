export type Catalogue = { readonly kind: 'answered'; readonly products: number } | { readonly kind: 'unreachable' };

const WAIT_MS = 3000;

/** As Vendure answers it: an error comes with HTTP 200, so the data decides. */
export async function readCatalogue(apiOrigin: string): Promise<Catalogue> {
  try {
    const answer = await fetch(`${apiOrigin}/shop-api`, {
      method: 'POST', signal: AbortSignal.timeout(WAIT_MS), headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ products { totalItems } }' }),
    });
    const { data } = (await answer.json()) as { data?: { products?: { totalItems?: unknown } } | null };
    const products = data?.products?.totalItems;
    return typeof products === 'number' ? { kind: 'answered', products } : { kind: 'unreachable' };
  } catch {
    return { kind: 'unreachable' };
  }
}
