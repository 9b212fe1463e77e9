export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** C5. */
export const COMMANDS: ReadonlySet<string> = new Set([
  'add-mask', 'add-matcher', 'remove-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning',
]);

/** A workflow command on a line of output, in the new form (`::name k=v::data`) or the old one (`##[name k=v]data`); null for ordinary text. */
export function readCommand(line: string, known: ReadonlySet<string> = COMMANDS): Command | null {
  return readNew(line.trimStart(), known) ?? readOld(line, known);
}

function readNew(line: string, known: ReadonlySet<string>): Command | null {
  if (!line.startsWith('::')) return null;
  const end = line.indexOf('::', 2);
  return end < 0 ? null : commandOf(line.slice(2, end), line.slice(end + 2), known, { separator: ',', property: unescapeProperty, data: unescapeData });
}

/** Anywhere in the line (C2). */
function readOld(line: string, known: ReadonlySet<string>): Command | null {
  const start = line.indexOf('##[');
  const end = start < 0 ? -1 : line.indexOf(']', start);
  return end < 0 ? null : commandOf(line.slice(start + 3, end), line.slice(end + 1), known, { separator: ';', property: unescapeOld, data: unescapeOld });
}

interface Form {
  readonly separator: string;
  readonly property: (text: string) => string;
  readonly data: (text: string) => string;
}

function commandOf(info: string, data: string, known: ReadonlySet<string>, form: Form): Command | null {
  const space = info.indexOf(' ');
  const name = (space < 0 ? info : info.slice(0, space)).toLowerCase();
  if (!known.has(name)) return null;
  const pairs = space < 0 ? [] : info.slice(space + 1).trim().split(form.separator);
  return { name, data: form.data(data), properties: Object.fromEntries(pairs.flatMap((pair) => propertyOf(pair, form))) };
}

/** A property without a value is ignored (C3); leading `=` are dropped, as .NET's Split drops empty parts. */
function propertyOf(pair: string, form: Form): [string, string][] {
  const text = pair.replace(/^=+/u, '');
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) return [];
  return [[text.slice(0, equals).toLowerCase(), form.property(text.slice(equals + 1))]];
}

function unescapeData(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}

function unescapeProperty(text: string): string {
  return text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
}

function unescapeOld(text: string): string {
  return text.replaceAll('%3B', ';').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%5D', ']').replaceAll('%25', '%');
}
