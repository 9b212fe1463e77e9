import type { Clock } from '../action/definition.ts';
import { fitWords, restFits, type RunForecast, SURFACES, type Surface } from '../release/index.ts';
import type { Secret } from '../secrets/index.ts';
import { type Asking, startOfAttempt } from './start.ts';
import type { SlaTerms } from './terms.ts';

interface Standing {
  readonly terms: SlaTerms;
  /** The surface that would be written to now. */
  readonly own: Surface;
  readonly sha: string;
  readonly spentSeconds: number;
  readonly token: Secret;
}

/**
 * Right before the first write: says whether the rest of the run fits into its budget. What is not known stops nothing.
 * @returns null: go on; else why this run is to stop here, and what to type
 */
export async function outOfTime(context: Asking & { readonly clock: Clock }, { terms, own, sha, spentSeconds, token }: Standing): Promise<string | null> {
  const { log, clock, run } = context;
  const { budgetSeconds, forecast, strict, workflow } = terms;
  const startedAt = terms.startedAt ?? (forecast === null ? null : await startOfAttempt(context, token));
  const fit = restFits({ budgetSeconds, startedAt, now: clock.now(), forecast, own, spentSeconds });
  switch (fit.kind) {
    case 'begun': return null;
    case 'unknown': return silent(`Whether the rest of this run fits into ${budgetSeconds} s is not known: ${fit.why}.`);
    case 'fits': return silent(`SLA: ${fitWords(fit)}: it fits.`);
    case 'cannot-fit': {
      const why = `${fitWords(fit)}: this run cannot end in time`;
      if (strict) return `${why}, and \`sla-strict\` is set. Nothing was written. Run the lane again as it was, but without \`sla_strict\` or with more \`sla_seconds\`:  gh workflow run ${workflow || run.workflowFile} -f ref=${sha}${offOf(forecast)}`;
      log.warning(`SLA: ${why}. It goes on, since \`sla-strict\` is not set.`);
      return null;
    }
  }

  function silent(text: string): null {
    log.info(text);
    return null;
  }
}

/** The surfaces that this run leaves out, as its inputs say it. */
function offOf(forecast: RunForecast | null): string {
  return SURFACES.filter((surface) => forecast?.phases[surface] === undefined).map((surface) => ` -f ${surface}=false`).join('');
}
