import { UserError } from '../action/errors.ts';
import { Secret } from './secret.ts';

/**
 * An input of lines `NAME=VALUE`; empty lines are left out.
 * @param hide what makes each value a secret, and the password of one that is a URL: tools like to print that by itself
 * @throws {UserError} for a line that is none; never with a value in it
 */
export function secretLines(given: string, input: string, hide: (value: string) => unknown): Map<string, Secret> {
  const lines = given.split(/\r?\n/u).filter((line) => line.trim() !== '');
  return new Map(lines.map((line, index) => {
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/u.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new UserError(`input \`${input}\`: line ${index + 1} is not NAME=VALUE. A value of several lines is not possible here.`);
    for (const secret of [value, passwordOf(value)]) if (secret !== '') hide(secret);
    return [name, new Secret(value)];
  }));
}

function passwordOf(value: string): string {
  return URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
}
