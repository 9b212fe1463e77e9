import type { Source } from '../files.ts';
import type { Finding } from '../finding.ts';

interface Configuration {
  readonly environments?: Readonly<Record<string, { readonly surfaces?: Readonly<Record<string, { readonly install?: unknown }>> }>>;
}

/** A surface installs what it needs and no more: frozen, and filtered to its package and what that depends on. */
export function installFindings(file: Source): Finding[] {
  const { environments = {} } = file.document.toJS() as Configuration;
  return Object.entries(environments).flatMap(([environment, { surfaces = {} }]) =>
    Object.entries(surfaces).flatMap(([surface, { install }]): Finding[] => {
      if (install === undefined) return [];
      const words = Array.isArray(install) ? install.map(String) : [];
      const filter = words[words.indexOf('--filter') + 1] ?? '';
      const faults = [
        ...(words.includes('--filter') && /^[^.*].*\.\.\.$/u.test(filter) ? [] : ['--filter "<package>..."']),
        ...(words.includes('--frozen-lockfile') ? [] : ['--frozen-lockfile']),
      ];
      if (faults.length === 0) return [];
      const line = file.lineAt(file.document.getIn(['environments', environment, 'surfaces', surface], true));
      return [{ rule: 'unscoped-install', path: file.path, line, message: `${environment} ${surface} installs with \`${words.join(' ')}\`. It lacks ${faults.join(' and ')}: the whole repository would be installed for one surface.` }];
    }),
  );
}
