/** What the toolbox has written into this gh: which world it belongs to. */
export interface Place {
  readonly world: string;
  readonly databaseOrigin: string;
}
