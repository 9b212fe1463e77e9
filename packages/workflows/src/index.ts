export { ACTIONS, CALLERS, LANES, root, type Source, source, sources } from './files.ts';
export { type Finding, said } from './finding.ts';
export { lanesOf } from './lanes/lane.ts';
export { lanesPage } from './lanes/page.ts';
export { changed, permissionsFile } from './rules/permissions.ts';
