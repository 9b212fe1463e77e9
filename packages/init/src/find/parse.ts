import { UserError } from '@vendure-deploy/shared/action';
import { parse as parseJson, type ParseError, printParseErrorCode } from 'jsonc-parser';
import { parse as parseToml, TomlError } from 'smol-toml';

/** @throws {UserError} with file and line */
export function tomlOf(text: string, file: string): unknown {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message goes on with a picture of the place.
    throw new UserError(`${file}:${error.line}:${error.column}: this is no TOML: ${error.message.split('\n')[0]?.replace(/^Invalid TOML document: /u, '') ?? ''}. Mend it, and start script/init again.`, { cause: error });
  }
}

/** Comments and trailing commas are allowed, as wrangler, Nx and TypeScript allow them. @throws {UserError} with file and line */
export function jsonOf(text: string, file: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parseJson(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return value;
  const before = text.slice(0, first.offset).split('\n');
  throw new UserError(`${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: this is no JSON: ${printParseErrorCode(first.error)}. Mend it, and start script/init again.`);
}
