import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { entriesOf, jobsOf, textOf } from './nodes.ts';

/** What each file and each job of it may do, one line each: what `recorded/permissions.txt` holds. */
function permissionLines(files: readonly Source[]): string[] {
  return files.flatMap((file) => [`${file.path}: ${levelsOf(file.document.get('permissions'))}`, ...jobsOf(file).map(({ id, node }) => `${file.path} ${id}: ${levelsOf(node.get('permissions'))}`)]);
}

const HEAD = '# What the token of each workflow and of each job may do. `npm run tables` writes it; read its diff as you would read a change of a lock.\n';

export function permissionsFile(files: readonly Source[]): string {
  return `${HEAD}${permissionLines(files).join('\n')}\n`;
}

/** What was recorded and is so no more, and what is so and was not recorded: a line each, with `-` and `+`. */
export function changed(recorded: string, now: string): string[] {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const [before, after] = [lines(recorded), lines(now)];
  return [...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`), ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)];
}

/** Nothing by default, and each job says what it needs: what is not written is the repository's setting, which may be everything. */
export function permissionFindings(file: Source): Finding[] {
  const { document, path } = file;
  const found: Finding[] = [];
  if (levelsOf(document.get('permissions')) !== 'nothing') found.push({ rule: 'permissions-by-default', path, line: file.lineAt(document.get('permissions', true)), message: 'the workflow gives every job what one needs. Write `permissions: {}` at its top, and each job its own.' });
  for (const { id, node } of jobsOf(file)) {
    const permissions = node.get('permissions', true);
    if (permissions === undefined) found.push({ rule: 'permissions-unsaid', path, line: file.lineAt(node), message: `job \`${id}\` has no \`permissions\`.` });
    else if (levelsOf(permissions).endsWith('-all')) found.push({ rule: 'permissions-unsaid', path, line: file.lineAt(permissions), message: `job \`${id}\` has \`${levelsOf(permissions)}\`. Name each permission.` });
  }
  return found;
}

function levelsOf(node: unknown): string {
  if (node === undefined) return 'not said';
  const levels = entriesOf(node).map(({ key, value }) => `${String(key)} ${String(value)}`);
  if (levels.length > 0) return levels.sort().join(', ');
  return textOf(node) === '' ? 'nothing' : textOf(node);
}
