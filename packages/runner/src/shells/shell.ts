import { accessSync, constants } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { splitArguments } from './arguments.ts';

export interface Shell {
  /** Its place on this machine. */
  readonly command: string;
  readonly extension: string;
  body(script: string): string;
  argumentsFor(file: string): string[];
}

// ScriptHandlerHelpers.cs.
const FORMATS: Readonly<Record<string, string>> = { bash: '--noprofile --norc -e -o pipefail {0}', sh: '-e {0}', python: '{0}', pwsh: `-command ". '{0}'"` };
const EXTENSIONS: Readonly<Record<string, string>> = { bash: '.sh', sh: '.sh', python: '.py', pwsh: '.ps1' };

/**
 * What `shell:` says: nothing, a name, or a command with `{0}` in it (H1, H2).
 * @param search the job's PATH
 * @throws what fails the step
 */
export function shellOf(given: string, search: string): Shell {
  if (given === '') return shell('sh', find('bash', search) ?? needed('sh', search), FORMATS['sh'] ?? '');
  const space = given.indexOf(' ');
  const name = space < 0 ? given : given.slice(0, space);
  const rest = space < 0 ? '' : given.slice(space + 1).trimStart();
  const format = rest === '' ? (FORMATS[name.toLowerCase()] ?? '') : rest;
  if (!format.includes('{0}')) throw new Error("Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, pwsh) or a format string containing '{0}'");
  return shell(name, needed(name, search), format);
}

function shell(name: string, command: string, format: string): Shell {
  const powershell = name === 'pwsh';
  return {
    command,
    extension: EXTENSIONS[name.toLowerCase()] ?? '',
    body: (script) => (powershell ? `$ErrorActionPreference = 'stop'\n${script}\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }` : script),
    argumentsFor: (file) => splitArguments(filled(format, file)),
  };
}

/** .NET's `string.Format` with one argument: doubled braces are braces, any other brace is an error. */
function filled(format: string, file: string): string {
  return format.replaceAll(/\{\{|\}\}|\{0\}|[{}]/gu, (part) => {
    if (part === '{0}') return file;
    if (part.length === 2) return part.slice(1);
    throw new Error('Input string was not in a correct format.');
  });
}

function needed(name: string, search: string): string {
  const found = find(name, search);
  if (found === null) throw new Error(`${name}: command not found`);
  return found;
}

function find(name: string, search: string): string | null {
  const places = isAbsolute(name) ? [name] : search.split(':').filter((folder) => folder !== '').map((folder) => join(folder, name));
  return places.find(isExecutable) ?? null;
}

function isExecutable(place: string): boolean {
  try {
    accessSync(place, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
