export interface SearchPlugin {
  readonly name: string;
  /** The queue that this plugin's jobs wait in. */
  readonly queue: string;
  /** The document that a search engine would be given. */
  documentOf(product: { readonly id: number; readonly name: string }): string;
}

/** Makes a product findable by its words, without case. */
export const searchIndex: SearchPlugin = {
  name: 'search-index',
  queue: 'update-search-index',
  documentOf: (product) => `${product.id} ${product.name.normalize('NFKC').toLowerCase()}`,
};
