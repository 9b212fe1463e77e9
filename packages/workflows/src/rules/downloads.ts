import type { Finding } from '../finding.ts';

const SHELL = String.raw`(?:sudo\s+(?:-\S+\s+)*)?(?:\S*\/)?(?:(?:ba|z|da|k)?sh\b|(?:python3?|node|perl|ruby)(?:\s+-)?\s*(?:$|[;&"'\x60)]))`;
const FETCH = String.raw`\b(?:curl|wget)\b`;
const PIPED: readonly RegExp[] = [
  new RegExp(String.raw`${FETCH}\s+[^\s|;][^\n|;]*\|\s*${SHELL}`, 'u'),
  new RegExp(String.raw`(?:\b(?:ba|z|da|k)?sh\b|\beval\b|\bsource\b|(?:^|\s)\.)\s[^\n]*(?:<\(|\$\(|\x60)\s*${FETCH}`, 'u'),
  /\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^\n|;]*\|\s*(?:iex|Invoke-Expression)\b/iu,
];

/** Nothing that was downloaded is run unread: neither piped into a shell nor as its argument, in whatever file a person or a runner takes a command from. */
export function downloadFindings(path: string, text: string): Finding[] {
  // A command that goes on in the next line is one command.
  const joined = text.replaceAll(/\\\n\s*/gu, (broken) => ' '.repeat(broken.length - 1) + '\u2028');
  return joined.split('\n').flatMap((line, at): Finding[] => {
    if (!PIPED.some((pattern) => pattern.test(line.replaceAll('\u2028', ' ')))) return [];
    const before = joined.split('\n').slice(0, at).join('\n').split('\u2028').length - 1;
    return [{ rule: 'piped-download', path, line: at + 1 + before, message: 'what is downloaded here is run unread. Pin its version and its digest, and check them before it runs.' }];
  });
}
