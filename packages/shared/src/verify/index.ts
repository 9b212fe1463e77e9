export type { ProbeRow, Subject } from './types.ts';
export type { Reach } from './reach.ts';
export { judgeSkew, type Skew, type ServingShas } from './skew.ts';
export { identityOf } from './identity.ts';
export { subjectsOf, surfacesIn } from './subjects.ts';
export { look, watch, type Watched } from './watch.ts';
