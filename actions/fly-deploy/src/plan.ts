/** What this deploy wants, fixed before the first write. */
export interface Plan {
  readonly app: string;
  readonly sha: string;
  readonly tag: string;
  /** '' when none was given: then the tag decides. */
  readonly digest: string;
  readonly groups: readonly string[];
  readonly image: string;
  /** How many Machines of each group there were, standbys left out: a deploy does not lose any. */
  readonly fleet: Readonly<Record<string, number>>;
  readonly runId: number;
  /** The newest release of the Machines before secrets were to be shipped: only a newer one has them. null: none were, and the image alone decides. */
  readonly afterRelease: number | null;
}
