import type { Command } from 'commander';

/** For an option that may be given several times. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

/** `-f name=value` of a workflow's inputs, as `gh workflow run` takes them. Ends the process with one sentence for what is none. */
export function fieldsOf(given: readonly string[], program: Command): Record<string, string> {
  return Object.fromEntries(
    given.map((field) => {
      const equals = field.indexOf('=');
      if (equals < 1) program.error(`error: -f "${field}" is not name=value. For example: -f storefront=false`);
      return [field.slice(0, equals), field.slice(equals + 1)];
    }),
  );
}
