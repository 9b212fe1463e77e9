import { isAbsolute, relative } from 'node:path';
import type { Annotation } from '../outcome.ts';

/** Where an annotation points: lines and columns that do not fit together are dropped, the file is relative to the workspace (C9). */
export function placeOf(properties: Readonly<Record<string, string>>, workspace: string): Pick<Annotation, 'file' | 'line' | 'title' | 'endLine' | 'column' | 'endColumn'> {
  const end = numberOf(properties['endline']);
  const line = numberOf(properties['line']) ?? end;
  const endColumn = numberOf(properties['endcolumn']);
  const column = numberOf(properties['col']) ?? endColumn;
  const linesFit = line !== null && (end === null || end >= line);
  const columnsFit = line !== null && (end === null || end === line) && (endColumn === null || column === null || endColumn >= column);
  return {
    file: fileOf(properties['file'], workspace),
    line: linesFit ? line : null,
    endLine: linesFit ? end : null,
    column: columnsFit ? column : null,
    endColumn: columnsFit ? endColumn : null,
    title: properties['title'] ?? null,
  };
}

function fileOf(file: string | undefined, workspace: string): string | null {
  if (file === undefined || file === '') return null;
  if (!isAbsolute(file)) return file;
  const inside = relative(workspace, file);
  return inside.startsWith('..') || inside === '' ? file : inside;
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\s*[-+]?\d+\s*$/u.test(text) ? Number(text) : null;
}
