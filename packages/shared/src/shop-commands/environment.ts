import { UserError } from '../action/errors.ts';
import { processRedactor, Secret } from '../secrets/index.ts';

/**
 * The variables for the shop's commands, of lines `NAME=VALUE`; each value is a secret from here on.
 * @throws {UserError} for a line that is none, or a name of the configuration that no line has; never with a value in it
 */
export function commandEnvironment(given: Secret, names: readonly string[]): Record<string, Secret> {
  const values = new Map(linesOf(given).map((line, index) => variable(line, index + 1)));
  const absent = names.filter((name) => !values.has(name));
  if (absent.length > 0) {
    throw new UserError(`input \`command-environment\` lacks ${absent.join(', ')}, which the configuration names in \`commands.environment\`. Give one line NAME=VALUE for each, from a secret.`);
  }
  return Object.fromEntries(names.map((name) => [name, values.get(name) ?? new Secret('')]));
}

function linesOf(given: Secret): string[] {
  return given.reveal().split(/\r?\n/u).filter((line) => line.trim() !== '');
}

function variable(line: string, number: number): readonly [string, Secret] {
  const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/u.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new UserError(`input \`command-environment\`: line ${number} is not NAME=VALUE. A value of several lines is not possible here.`);
  for (const secret of [value, passwordOf(value)]) if (secret !== '') processRedactor.register(secret);
  return [name, new Secret(value)];
}

/** Of a URL with credentials: tools like to print it by itself. */
function passwordOf(value: string): string {
  return URL.canParse(value) ? decodeURIComponent(new URL(value).password) : '';
}
