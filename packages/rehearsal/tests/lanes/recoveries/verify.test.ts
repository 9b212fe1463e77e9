import { eachRecovery } from './recovery.ts';

eachRecovery([
  { id: 'worker-idle', faults: ['fly machine worker/* * hangs'] },
  { id: 'no-answer', surfaces: ['storefront'], more: ['-f', 'dashboard=false'], faults: ['shop GET / * reset'] },
]);
