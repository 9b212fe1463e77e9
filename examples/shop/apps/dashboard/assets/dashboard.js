const { apiOrigin } = await (await fetch('/settings.json')).json();
const answer = await fetch(`${apiOrigin}/shop-api`, { method: 'POST', body: JSON.stringify({ query: '{ products { totalItems } }' }) });
document.querySelector('#products').textContent = (await answer.json()).data?.products.totalItems ?? 'not known';
