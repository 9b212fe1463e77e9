import { runAction } from '@vendure-deploy/shared/action';
import { action } from './action.ts';

await runAction(action);
