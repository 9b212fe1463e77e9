import { eachRecovery } from './recovery.ts';

eachRecovery([
  { id: 'worker-idle', faults: ['fly machine worker/* * hangs'] },
  { id: 'no-answer', surfaces: ['storefront'], more: ['-f', 'dashboard=false'], faults: ['shop GET / * reset'] },
  { id: 'worker-version-split', surfaces: ['dashboard'], more: ['-f', 'storefront=false'], faults: ['shop GET /__version 3- body {"sha":"<previous>"}'] },
]);
