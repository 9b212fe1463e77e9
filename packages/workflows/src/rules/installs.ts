import { isSeq } from 'yaml';
import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';
import { entriesOf } from './nodes.ts';

/** A surface installs what it needs and no more: frozen, and filtered to its package and what that depends on. */
export function installFindings(file: Source): Finding[] {
  return entriesOf(file.document.get('environments')).flatMap((environment) =>
    entriesOf(file.document.getIn(['environments', environment.key, 'surfaces'])).flatMap((surface): Finding[] => {
      const install = file.document.getIn(['environments', environment.key, 'surfaces', surface.key, 'install']);
      if (install === undefined) return [];
      const words = isSeq(install) ? install.items.map(String) : [];
      const filter = words[words.indexOf('--filter') + 1] ?? '';
      const faults = [
        ...(words.includes('--filter') && /^[^.*].*\.\.\.$/u.test(filter) ? [] : ['--filter "<package>..."']),
        ...(words.includes('--frozen-lockfile') ? [] : ['--frozen-lockfile']),
      ];
      if (faults.length === 0) return [];
      return [{ rule: 'unscoped-install', path: file.path, line: file.lineAt(install), message: `${String(environment.key)} ${String(surface.key)} installs with \`${words.join(' ')}\`. It lacks ${faults.join(' and ')}: the whole repository would be installed for one surface.` }];
    }),
  );
}
