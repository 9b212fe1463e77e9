import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FeatureFlags } from '@actions/expressions/features';
import { type ActionsMetadataProvider, validate } from '@actions/languageservice';
import type { FileProvider } from '@actions/workflow-parser/workflows/file-provider';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { root } from '../../src/index.ts';
import { recordedPins } from '../../src/rules/pins.ts';

/** What GitHub's own editor says of a workflow or an action, errors and warnings, with all that is still an experiment switched on. Called files and actions of this repository are read. */
export async function diagnosticsOf(path: string, text: string): Promise<string[]> {
  const found = await validate(TextDocument.create(`file:///${path}`, 'yaml', 1, text), { featureFlags: new FeatureFlags({ all: true }), fileProvider, actionsMetadataProvider });
  return found.map(({ range, message }) => `${path}:${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`);
}

const pins = await recordedPins();
const SUITE = 'vendure-deploy/suite';

const fileProvider: FileProvider = {
  async getFileContent(reference) {
    if ('repository' in reference && `${reference.owner}/${reference.repository}` !== SUITE) throw new Error(`${reference.owner}/${reference.repository} is not here`);
    return { name: reference.path, content: await readFile(join(root, reference.path), 'utf8') };
  },
};

const actionsMetadataProvider: ActionsMetadataProvider = {
  fetchActionMetadata({ owner, name, ref }) {
    const pin = pins[`${owner}/${name}`]?.find(({ sha }) => sha === ref);
    if (pin === undefined) return Promise.resolve(undefined);
    return Promise.resolve({ name, description: '', inputs: Object.fromEntries(pin.inputs.map((input) => [input, { description: '', required: pin.required.includes(input) }])) });
  },
};
