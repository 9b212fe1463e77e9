import { UserError } from '../action/errors.ts';
import { processRedactor, Secret, secretLines } from '../secrets/index.ts';

/**
 * The variables for the shop's commands, of lines `NAME=VALUE`; each value is a secret from here on.
 * @throws {UserError} for a line that is none, or a name of the configuration that no line has; never with a value in it
 */
export function commandEnvironment(given: Secret, names: readonly string[]): Record<string, Secret> {
  const values = secretLines(given.reveal(), 'command-environment', (value) => processRedactor.register(value));
  const absent = names.filter((name) => !values.has(name));
  if (absent.length > 0) {
    throw new UserError(`input \`command-environment\` lacks ${absent.join(', ')}, which the configuration names in \`commands.environment\`. Give one line NAME=VALUE for each, from a secret.`);
  }
  return Object.fromEntries(names.map((name) => [name, values.get(name) ?? new Secret('')]));
}
