/** The shop's page. It names the API; the browser asks it, the render does not. */
export function page(apiOrigin: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Tea shop</title>
    <link rel="preconnect" href="${apiOrigin}">
  </head>
  <body data-api-origin="${apiOrigin}">
    <h1>Tea shop</h1>
    <p>Kettles, pots and strainers.</p>
  </body>
</html>
`;
}
