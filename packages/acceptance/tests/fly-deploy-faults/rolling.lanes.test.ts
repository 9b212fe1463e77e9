import { eachRow } from './each-row.ts';

eachRow('rolling');
