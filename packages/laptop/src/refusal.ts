/** What the operator can mend: one sentence, and nothing was started. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
