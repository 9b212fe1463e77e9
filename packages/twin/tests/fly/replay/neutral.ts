/** What the recordings' stub calls otherwise than the twin does, and what differs from run to run, in one form for both. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\bshop-org\b/gu, 'shop'],
  [/\bci@tokens\.fly\.io\b/gu, 'deploy@tokens.fly.io'],
  // The digest of the one secret that was there: the stub's was none.
  [/\b(?:a{16}|4510afc0b42a97bf)\b/gu, '<digest of DATABASE_URL>'],
  [/http:\/\/127\.0\.0\.1:\d+/gu, ''],
  [/read tcp 127\.0\.0\.1:\d+->127\.0\.0\.1:\d+:/gu, 'read tcp:'],
  [/\(Request ID: [^)]*\)/gu, '(Request ID)'],
  // The stand-in exports no traces, so that it has none to name.
  [/ \(Trace ID: [^)]*\)/gu, ''],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, '<time>'],
  [/\bCommit: \S+/gu, 'Commit: <commit>'],
  [/"Commit":"[^"]*"/gu, '"Commit":"<commit>"'],
  // The stub gave none.
  [/(Dedicated ipv6: |Shared ipv4: )\S*/gu, '$1<address>'],
  [/"id":"[^"]+","version"/gu, '"id":"<release>","version"'],
];

export function neutral(text: string): string {
  return NAMES.reduce((one, [pattern, name]) => one.replace(pattern, name), text);
}
