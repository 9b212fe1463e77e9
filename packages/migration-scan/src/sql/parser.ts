import { setFlagsFromString } from 'node:v8';
import type { Node, RawStmt } from 'libpg-query';

/** PostgreSQL's own grammar, and PL/pgSQL's. */
export interface SqlParser {
  /** @throws {Error} with PostgreSQL's own message */
  statements(text: string): readonly RawStmt[];
  /** The body of a `DO`, as the JSON that PL/pgSQL's parser dumps. @throws {Error} */
  plpgsql(text: string): unknown;
}

export type { Node };

/** 1.7 MB of WebAssembly, so it is loaded when there is SQL to read. Importing the package already starts it. */
export async function sqlParser(): Promise<SqlParser> {
  // Else V8 compiles the one huge function of the grammar anew with its optimising compiler: 600 MB and a second, for some hundred statements (measured, Node 24.21; now 100 MB).
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag);
  const { loadModule, parseSync, parsePlPgSQLSync } = await import('libpg-query');
  await loadModule();
  return { statements: (text) => parseSync(text).stmts ?? [], plpgsql: (text) => parsePlPgSQLSync(text) };
}
