import { connect, type Socket } from 'node:net';
import { md5Password, scram, type Scram } from './login.ts';
import { frame, messages, type Message } from './wire.ts';

export type Row = Record<string, string | null>;

export interface Connection {
  /** All rows of the last statement, values as PostgreSQL prints them. */
  query(sql: string): Promise<Row[]>;
  /** Runs in one transaction: all of it or nothing. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** An error that PostgreSQL reported, with its SQLSTATE. */
export class DatabaseError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

export async function connectTo(url: string): Promise<Connection> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const user = decodeURIComponent(username) || 'postgres';
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) });
  socket.setNoDelay(true);
  const incoming = messages(socket);
  try {
    await opened(socket);
    socket.write(startup(user, decodeURIComponent(pathname.slice(1)) || user));
    await login(socket, incoming, user, decodeURIComponent(password));
  } catch (error) {
    socket.destroy();
    throw error;
  }
  // A connection that is lost between two queries is found by the next one, not by the process.
  socket.on('error', () => undefined);
  let turn: Promise<unknown> = Promise.resolve();
  const query = (sql: string): Promise<Row[]> => {
    const next = turn.then(() => ask(socket, incoming, sql));
    turn = next.catch(() => undefined);
    return next;
  };
  return {
    query,
    transaction: async (work) => {
      await query('BEGIN');
      try {
        const result = await work();
        await query('COMMIT');
        return result;
      } catch (error) {
        await query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    },
    end: async () => {
      await turn;
      socket.end(frame('X'));
    },
  };
}

/** A value as SQL text. Strings are quoted with standard_conforming_strings, PostgreSQL's default. */
export function literal(value: string | number | boolean | null): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll('\0', '').replaceAll("'", "''")}'` : String(value);
}

async function ask(socket: Socket, incoming: AsyncIterator<Message>, sql: string): Promise<Row[]> {
  socket.write(frame('Q', Buffer.from(`${sql}\0`)));
  let columns: string[] = [];
  let rows: Row[] = [];
  let error: DatabaseError | null = null;
  for (;;) {
    const message = await next(incoming);
    if (message.type === 'T') { columns = columnNames(message.body); rows = []; }
    if (message.type === 'D') rows.push(row(columns, message.body));
    if (message.type === 'E') error = databaseError(message.body);
    if (message.type === 'Z') break;
  }
  if (error !== null) throw error;
  return rows;
}

async function login(socket: Socket, incoming: AsyncIterator<Message>, user: string, password: string): Promise<void> {
  const answer = (text: string): void => { socket.write(frame('p', Buffer.from(`${text}\0`))); };
  let exchange: Scram | null = null;
  for (;;) {
    const { type, body } = await next(incoming);
    if (type === 'E') throw databaseError(body);
    if (type === 'Z') return;
    if (type !== 'R') continue;
    switch (body.readInt32BE(0)) {
      case 0: break;
      case 3: answer(password); break;
      case 5: answer(md5Password(user, password, body.subarray(4, 8))); break;
      case 10: {
        exchange = scram(password);
        const first = Buffer.from(exchange.first);
        const length = Buffer.alloc(4);
        length.writeInt32BE(first.length);
        socket.write(frame('p', Buffer.concat([Buffer.from('SCRAM-SHA-256\0'), length, first])));
        break;
      }
      case 11: socket.write(frame('p', Buffer.from(exchange?.prove(body.toString('utf8', 4)) ?? ''))); break;
      case 12: exchange?.check(body.toString('utf8', 4)); break;
      default: throw new Error(`postgres: the server asks for a login of kind ${body.readInt32BE(0)}, which this client does not speak`);
    }
  }
}

async function next(incoming: AsyncIterator<Message>): Promise<Message> {
  const result = await incoming.next();
  if (result.done === true) throw new Error('postgres: the connection was closed');
  return result.value;
}

function opened(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', () => { socket.off('error', reject); resolve(); }).once('error', reject);
  });
}

function startup(user: string, database: string): Buffer {
  const body = Buffer.from(`\0\x03\0\0user\0${user}\0database\0${database}\0application_name\0shop\0client_encoding\0UTF8\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

function columnNames(body: Buffer): string[] {
  const names: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    names.push(body.toString('utf8', at, end));
    at = end + 1 + 18; // table, column, type, size, modifier, format
  }
  return names;
}

function row(columns: readonly string[], body: Buffer): Row {
  const result: Row = {};
  let at = 2;
  for (const name of columns) {
    const length = body.readInt32BE(at);
    at += 4;
    result[name] = length === -1 ? null : body.toString('utf8', at, at + length);
    at += Math.max(length, 0);
  }
  return result;
}

function databaseError(body: Buffer): DatabaseError {
  const fields = Object.fromEntries(body.toString('utf8').split('\0').map((field) => [field.slice(0, 1), field.slice(1)]));
  return new DatabaseError(fields['M'] ?? 'unknown error', fields['C'] ?? '');
}
