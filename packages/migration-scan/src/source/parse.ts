import { parse, type ParseResult } from '@babel/parser';
import { LIMITS } from '../limits.ts';
import type { MigrationFile, Unread } from '../types.ts';

export type Parsed = { readonly kind: 'parsed'; readonly text: string; readonly ast: ParseResult } | { readonly kind: 'unread'; readonly unread: Unread };

/** The source as a tree; what cannot be one is named. */
export function parseSource({ path, source }: MigrationFile): Parsed {
  const unread = (reason: Unread['reason'], why: string): Parsed => ({ kind: 'unread', unread: { file: path, reason, why } });
  if (typeof source === 'object' && 'refused' in source) return unread('refused', `it is not read: ${source.refused}`);
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : 'bytes' in source ? source.bytes : source.byteLength;
  if (bytes > LIMITS.fileBytes || (typeof source === 'object' && 'bytes' in source)) {
    return unread('too-large', `it has ${bytes} bytes, and ${LIMITS.fileBytes} is the most that is read. Move its data into a file of its own, or look at it by hand`);
  }
  const text = typeof source === 'string' ? source : decoded(source);
  if (text === null || text.includes('\0')) return unread('binary', 'it is no UTF-8 text');
  try {
    return { kind: 'parsed', text, ast: parse(text, { sourceType: 'unambiguous', plugins: ['typescript', 'decorators'], allowReturnOutsideFunction: true, allowAwaitOutsideFunction: true }) };
  } catch (error) {
    if (error instanceof RangeError) return unread('too-deep', 'its expressions are nested too deeply to be parsed');
    return unread('syntax-error', `it is no TypeScript: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
