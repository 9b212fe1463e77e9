import type { Decision, ReasonCode } from '@vendure-deploy/shared/action';

/** What was read back after a switch, or after the way back. */
export interface Observed {
  /** Byte by byte those that were meant; null: not read. */
  readonly files: boolean | null;
  readonly active: boolean;
  readonly version: string;
  readonly public: { readonly ok: boolean; readonly why: string };
}

export interface Wanted {
  /** Of the header of the artifact; null: nobody knows. */
  readonly version: string | null;
}

/** What is wrong with it, as a sentence; null: it serves. Pure: the only place where that is said. */
export function faultOf({ files, active, version, public: seen }: Observed, wanted: Wanted): string | null {
  if (files !== true) return files === null ? 'what is live could not be read' : 'what is live is not what was uploaded';
  if (!active) return 'WordPress does not have the plugin active';
  if (wanted.version !== null && version !== wanted.version) return `WordPress reads version ${JSON.stringify(version)} of it, and the plugin's header says ${JSON.stringify(wanted.version)}`;
  return seen.ok ? null : `the public does not get it: ${seen.why}`;
}

/** How the way back ended. */
export type WayBack =
  | { readonly kind: 'proven' }
  /** It may have been the way back that failed, or only its proof. */
  | { readonly kind: 'unproven'; readonly why: string };

export interface Ended {
  readonly decision: Decision;
  readonly reasonCode: ReasonCode;
  readonly message: string;
}

interface Told {
  /** As "The plugin shop-plugin of 4f2c91e". */
  readonly subject: string;
  /** What was live before, as "9b01d77" or "nothing". */
  readonly before: string;
  readonly place: string;
  /** The command that returns. */
  readonly back: string;
}

/** After a switch that did not hold. */
export function judgeTakenBack(fault: string, back: WayBack, { subject, before, place, back: command }: Told): Ended {
  if (back.kind === 'proven') return { decision: 'failed', reasonCode: 'previous-copy-serves', message: `${subject} was switched on at ${place}, and taken back: ${fault}. ${before === 'nothing' ? 'The plugin is not there, as before' : `${before} is live again, byte by byte as before`}.` };
  return { decision: 'failed', reasonCode: 'return-failed', message: `${subject} was switched on at ${place}, and does not hold: ${fault}. That ${before} is live again is not proven: ${back.why}. Look, and return:  ${command}` };
}
