/** What ends the command as flyctl ends it: a text on standard error, and its exit code. */
export class FlyctlError extends Error {
  /** More lines below the text. */
  readonly advice: string;
  constructor(message: string, options: { readonly cause?: unknown; readonly advice?: string } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.advice = options.advice ?? '';
  }
}

/** An answer of the Machines API that is no success. */
export class MachinesApiError extends FlyctlError {
  readonly status: number;
  readonly requestId: string;
  constructor(message: string, { status, requestId, advice = '' }: { status: number; requestId: string; advice?: string }) {
    super(message, { advice });
    this.status = status;
    this.requestId = requestId;
  }
}

/** A signal came, or another part of the work failed. However deep it is in the cause, the exit code is 127, and no `Error:` line is printed (measured). */
export class Canceled extends FlyctlError {}

export class DeadlineExceeded extends FlyctlError {}

/** Not tried again, whatever `--deploy-retries` says. */
export class Unrecoverable extends FlyctlError {
  constructor(cause: unknown) {
    super(`Unrecoverable error: ${textOf(cause)}`, { cause });
  }
}

/** Several at once: their texts stand below one another. */
export class Joined extends FlyctlError {
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(errors.map(textOf).join('\n'));
    this.errors = errors;
  }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new FlyctlError(String(value));
}

/** What went wrong; null when nothing did. */
export function failureOf(work: Promise<unknown>): Promise<Error | null> {
  return work.then(() => null, asError);
}

/** What came, or what went wrong. */
export function outcomeOf<T>(work: Promise<T>): Promise<readonly [T, null] | readonly [null, Error]> {
  return work.then((value) => [value, null] as const, (error: unknown) => [null, asError(error)] as const);
}

/** The same error with what was being done before it. */
export function during(what: string, error: unknown): FlyctlError {
  return new FlyctlError(`${what}: ${textOf(error)}`, { cause: error });
}

/** The first of that kind in an error and its causes. */
export function find<T extends Error>(error: unknown, kind: abstract new (...args: never[]) => T): T | null {
  if (error instanceof kind) return error;
  if (error instanceof Joined) return error.errors.map((one) => find(one, kind)).find((one) => one !== null) ?? null;
  return error instanceof Error && error.cause !== undefined ? find(error.cause, kind) : null;
}

/** What the command line sees. @returns the exit code */
export function tell(error: unknown): number {
  if (find(error, Canceled) !== null) return 127;
  const requestId = find(error, MachinesApiError)?.requestId ?? '';
  const text = `${textOf(error)}${requestId === '' ? '' : ` (Request ID: ${requestId})`}`;
  if (isTrue(process.env['GITHUB_ACTIONS']) && isTrue(process.env['FLY_GHA_ERROR_ANNOTATION'])) process.stdout.write(`::error title=flyctl error::${text.replaceAll('\n', '⏎')}\n`);
  process.stderr.write(`Error: ${text}\n`);
  const advice = adviceIn(error);
  if (advice !== '') process.stderr.write(`${advice}\n\n`);
  return 1;
}

function adviceIn(error: unknown): string {
  if (error instanceof FlyctlError && error.advice !== '') return error.advice;
  if (error instanceof Joined) return error.errors.map(adviceIn).find((advice) => advice !== '') ?? '';
  return error instanceof Error && error.cause !== undefined ? adviceIn(error.cause) : '';
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/iu.test(value);
}
