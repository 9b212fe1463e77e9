import { UserError } from '../action/errors.ts';
import { processRedactor } from './redactor.ts';
import { Secret } from './secret.ts';

/**
 * An input of lines `NAME=VALUE`; each value is a secret from here on. Empty lines are left out.
 * @throws {UserError} for a line that is none; never with a value in it
 */
export function secretLines(given: Secret, input: string): Map<string, Secret> {
  const lines = given.reveal().split(/\r?\n/u).filter((line) => line.trim() !== '');
  return new Map(lines.map((line, index) => secretOf(line, index + 1, input)));
}

function secretOf(line: string, number: number, input: string): readonly [string, Secret] {
  const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/u.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new UserError(`input \`${input}\`: line ${number} is not NAME=VALUE. A value of several lines is not possible here.`);
  for (const secret of [value, passwordOf(value)]) if (secret !== '') processRedactor.register(secret);
  return [name, new Secret(value)];
}

/** Of a URL with credentials: tools like to print it by itself. */
function passwordOf(value: string): string {
  return URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
}
