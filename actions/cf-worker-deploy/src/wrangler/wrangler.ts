/** A wrangler that is there, to be started with our own Node. */
export interface Wrangler {
  readonly version: string;
  /** Its program. */
  readonly entry: string;
  /** Whose lock file pins it. */
  readonly from: 'suite' | 'shop';
}
