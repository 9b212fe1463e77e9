export { isSha, parseSha, shortSha, type Sha } from './sha.ts';
export { isSurface, SURFACES, type EnvironmentName, type Surface } from './surface.ts';
export { formatImageReference, parseImageReference, type ImageReference } from './image-reference.ts';
export { judgeVerdict, VERDICTS, type Observed, type Probed, type SurfaceReading, type Verdict } from './verdict.ts';
export { PHASES, type PhaseName } from './phase.ts';
export { forecastOf, type Forecast } from './forecast.ts';
export { type Fit, fitWords, restFits, runForecast, type RunForecast } from './rest.ts';
export { secondsOf, slaClock, type PhaseTime, type SlaReading } from './sla.ts';
