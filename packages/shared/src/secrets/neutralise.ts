import { stripVTControlCharacters } from 'node:util';

/**
 * Foreign text made harmless: no line of it is a workflow command to GitHub's runner, nothing in it is invisible or moves the cursor.
 * The runner trims a line, takes it as a command when it starts with `::`, and looks for `##[` anywhere in it.
 * Its comparison may ignore characters of no width, so those are dropped first.
 */
export function neutralise(text: string): string {
  return stripVTControlCharacters(text.toWellFormed())
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/(?![\n\t])\p{Cc}/gu, (c) => `<U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`)
    .replace(/^(\s*):(?=:)/gm, '$1: ')
    .replaceAll('##[', '# #[');
}
