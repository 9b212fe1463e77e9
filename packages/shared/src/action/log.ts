import * as core from '@actions/core';
import { neutralise, processRedactor } from '../secrets/index.ts';
import type { Log, Place } from './definition.ts';

/** Everything that an action says: redacted, and never a workflow command by accident. */
export const log: Log = {
  info: (text) => core.info(harmless(text)),
  warning: (text, place) => core.warning(harmless(text), placed(place)),
  error: (text, place) => core.error(harmless(text), placed(place)),
  notice: (text) => core.notice(harmless(text)),
  debug(text) {
    if (core.isDebug()) core.debug(harmless(text));
  },
  async group(title, work) {
    core.startGroup(harmless(title).replaceAll('\n', ' '));
    try {
      return await work();
    } finally {
      core.endGroup();
    }
  },
};

export function harmless(text: string): string {
  return neutralise(processRedactor.redact(text));
}

function placed(place: Place | undefined): core.AnnotationProperties {
  return {
    ...(place?.title === undefined ? {} : { title: harmless(place.title) }),
    ...(place?.file === undefined ? {} : { file: harmless(place.file) }),
    ...(place?.line === undefined ? {} : { startLine: place.line }),
  };
}
