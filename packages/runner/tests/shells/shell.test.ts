import { expect, test } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitArguments } from '../../src/shells/arguments.ts';
import { shellOf } from '../../src/shells/shell.ts';

async function withTools<T>(names: readonly string[], use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'shell-'));
  try {
    for (const name of names) {
      await writeFile(join(folder, name), '#!/bin/sh\n');
      await chmod(join(folder, name), 0o755);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each([
  ['H1 none is bash -e', '', ['bash', 'sh'], 'bash', ['-e', 'F.sh'], '.sh'],
  ['H1 none is sh where there is no bash', '', ['sh'], 'sh', ['-e', 'F.sh'], '.sh'],
  ['H1 bash', 'bash', ['bash'], 'bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', 'F.sh'], '.sh'],
  ['H1 sh', 'sh', ['sh'], 'sh', ['-e', 'F.sh'], '.sh'],
  ['H1 python', 'python', ['python'], 'python', ['F.py'], '.py'],
  ['H1 pwsh', 'pwsh', ['pwsh'], 'pwsh', ['-command', ". 'F.ps1'"], '.ps1'],
  ['H2 a command of one\'s own', 'perl -w {0} "a b"', ['perl'], 'perl', ['-w', 'F', 'a b'], ''],
  ['H2 bash with options of one\'s own', 'bash -x {0}', ['bash'], 'bash', ['-x', 'F.sh'], '.sh'],
])('%s', async (_name, given, tools, command, args, extension) => {
  await withTools(tools, async (folder) => {
    const shell = shellOf(given, folder);
    expect(shell.command).toBe(join(folder, command));
    expect(shell.argumentsFor(`F${extension}`)).toEqual(args);
    expect(shell.extension).toBe(extension);
  });
});

test('H1 pwsh stops at errors and passes the exit code on', async () => {
  await withTools(['pwsh'], async (folder) => {
    expect(shellOf('pwsh', folder).body('Get-Item x')).toBe("$ErrorActionPreference = 'stop'\nGet-Item x\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }");
  });
});

test.each([
  ['H2 a command without {0}', 'perl -w', ['perl'], /Invalid shell option/u],
  ['H2 a command that is not there', 'fish {0}', [], /fish: command not found/u],
  ['H2 a stray brace in the format', 'perl {0} {x}', ['perl'], /correct format/u],
])('%s fails', async (_name, given, tools, message) => {
  await withTools(tools, async (folder) => {
    expect(() => shellOf(given, folder).argumentsFor('F')).toThrow(message);
  });
});

test.each([
  ['blanks separate', 'a  b', ['a', 'b']],
  ['quotes hold together', '"a b" c"d e"', ['a b', 'cd e']],
  ['a backslash protects a quote', '\\"a', ['"a']],
  ['backslashes elsewhere are themselves', 'a\\b', ['a\\b']],
])('H2 arguments: %s', (_name, text, expected) => { expect(splitArguments(text)).toEqual(expected); });
