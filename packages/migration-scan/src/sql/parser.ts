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
  const { loadModule, parseSync, parsePlPgSQLSync } = await import('libpg-query');
  await loadModule();
  return { statements: (text) => parseSync(text).stmts ?? [], plpgsql: (text) => parsePlPgSQLSync(text) };
}
