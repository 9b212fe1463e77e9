import { connectTo, type Connection, type Row } from './postgres/connection.ts';

/** One connection that is opened when it is first needed and again after it was lost. */
export interface Database {
  query(sql: string): Promise<Row[]>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export function database(url: string): Database {
  let current: Promise<Connection> | null = null;
  const connection = (): Promise<Connection> => {
    current ??= connectTo(url);
    current.catch(() => { current = null; });
    return current;
  };
  return {
    query: async (sql) => {
      const open = await connection();
      try {
        return await open.query(sql);
      } catch (error) {
        // An SQLSTATE is the answer of a living server; anything else means that the connection is gone.
        if (!(error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(String(error.code)) && !/^(57P|08)/.test(String(error.code)))) current = null;
        throw error;
      }
    },
    transaction: async (work) => (await connection()).transaction(work),
    end: async () => { await (await current)?.end(); },
  };
}
