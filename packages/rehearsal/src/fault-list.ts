import { type CatalogueEntry, FAULT_FORMS, FAULTS } from '@vendure-deploy/twin';

const LANE = 'deploy-production';

/** Every fault, for a person: how a line begins, then each effect with what it does and a line to copy. */
export function faultList(): string {
  const width = Math.max(...FAULTS.map(({ form }) => form.length)) + 2;
  const blocks = FAULT_FORMS.map(({ subject, form, about }) => {
    const rows = FAULTS.filter((entry) => entry.subject === subject).map((entry) => `  ${entry.form.padEnd(width)}${entry.does}\n  ${' '.repeat(width)}${argumentsOf(entry)}\n`);
    return `${form}\n  ${about}\n\n${rows.join('')}`;
  });
  return `Each line is one fault; give it with --fault, or several in a --fault-file. The examples are for script/rehearse ${LANE}.\n<previous> in a fault is the commit that served before. A fault that never fires fails the rehearsal.\n\n${blocks.join('\n')}`;
}

/** The same for a program. */
export function faultListJson(): string {
  const faults = FAULTS.map(({ subject, form, does, example, inputs }) => ({ subject, line: formOf(subject), effect: form, does, example, inputs }));
  return `${JSON.stringify({ 'schema-version': 1, lane: LANE, faults }, null, 2)}\n`;
}

function argumentsOf({ example, inputs }: CatalogueEntry): string {
  return [...inputs.map((input) => `-f ${input}`), `--fault '${example}'`].join(' ');
}

function formOf(subject: CatalogueEntry['subject']): string {
  return FAULT_FORMS.find((one) => one.subject === subject)?.form ?? '';
}
