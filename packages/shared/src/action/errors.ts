import type { ReasonCode } from './reason-codes.ts';

/** Something that the user can mend: shown as a sentence, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly reasonCode: ReasonCode;

  constructor(message: string, options: { reasonCode?: ReasonCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.reasonCode = options.reasonCode ?? 'invalid-input';
  }
}
