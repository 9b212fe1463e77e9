import { REASON_CODES } from '../action/reason-codes.ts';
import { CATALOGUE } from './catalogue/index.ts';
import type { KnownFailure, Situation, Words } from './types.ts';

const EXAMPLE: Situation = {
  environment: 'production', repository: 'example/shop', workflow: 'deploy-production.yml', sha: '<sha>', asked: '', ref: 'refs/heads/main', runId: 0,
  wanted: ['vendure', 'dashboard', 'storefront'], missing: ['vendure', 'dashboard', 'storefront'], options: [], app: '<app>', promoteFrom: 'staging', machines: [{ id: '<machine>', group: 'worker' }],
};

/** A section of docs/recovery.md for each known failure: what a report links to. */
export function recoverySections(): string {
  return CATALOGUE.map(section).join('\n');
}

/** Each reason code that an action can end with: what it means, and the sections about it. Codes of success have none. */
export function reasonCodeTable(): string {
  const rows = Object.entries(REASON_CODES).map(([code, meaning]) => {
    const about = CATALOGUE.filter(({ codes }) => codes !== 'any' && codes.some((one) => one === code)).map(({ id }) => `[${id}](#${id})`);
    return `| \`${code}\` | ${meaning} | ${about.join(', ')} |`;
  });
  return ['| reason code | means | known failures |', '|---|---|---|', ...rows, ''].join('\n');
}

function section(failure: KnownFailure): string {
  const { id, cause, cure, heals } = failure;
  return [
    `### ${id}`, '',
    cause.en, '',
    cause.ja, '',
    `- Recognised by: ${recognisedBy(failure)}.`,
    `- Cure: ${cure === 'command' ? 'the command' : 'a person decides or changes something first'}.${heals === undefined ? '' : ` By itself, once at most: ${heals}.`}`, '',
    '```sh', ...failure.commands(EXAMPLE, EXAMPLES[id] ?? []).map(readable), '```', '',
  ].join('\n');
}

function recognisedBy({ codes, phases, checks, says }: KnownFailure): string {
  const parts = [
    codes === 'any' ? 'whatever the code is' : `reason code ${codes.map((code) => `\`${code}\``).join(', ')}`,
    phases === undefined ? '' : `of ${phases.map((phase) => `\`${phase}\``).join(', ')}`,
    checks === undefined ? '' : `check or probe ${checks.filter((check) => check !== '').map((check) => `\`${check}\``).join(', ')}`,
    says === undefined ? (codes === 'any' ? '' : 'where no words of another entry stand there') : wordsOf(says),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function wordsOf(words: Words): string {
  return words instanceof RegExp ? `the words \`${words.source.replaceAll('`', "'")}\`` : words.shown;
}

/** What the words of these would have found. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'ref-typed-as-assignment': ['', 'develop'],
  'setting-missing': ['', 'VENDURE_HARDEN_PLUGIN_ENABLED', 'true'],
};

/** A command with places to fill in, where what belongs there is not known: without the quotes that they would not need. */
export function readable(command: string): string {
  return command.replaceAll(/'([^']*<(?:sha|app|machine)>[^']*)'/gu, '$1').replaceAll('run_id=0', 'run_id=<run>').replaceAll(/\bgh run (view|download) 0\b/gu, 'gh run $1 <run>');
}
