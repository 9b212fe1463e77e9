import type { Catalogue } from './catalogue.ts';

/** The shop's page, rendered with what the shop API says. What it could not be asked stands in the page, for people and for probes. */
export function page(apiOrigin: string, catalogue: Catalogue): string {
  const products = catalogue.kind === 'answered' ? `<p>${catalogue.products} products.</p>` : '<p>The catalogue cannot be read at the moment.</p>';
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Tea shop</title>
    <link rel="preconnect" href="${apiOrigin}">
  </head>
  <body data-api-origin="${apiOrigin}" data-shop-api="${catalogue.kind}">
    <h1>Tea shop</h1>
    <p>Kettles, pots and strainers, made to last.</p>
    ${products}
  </body>
</html>
`;
}
