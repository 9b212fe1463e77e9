// Test files of one worker share globals: a file that leaves nock on would break the next one's requests.
import { afterAll } from '@jest/globals';
import nock from 'nock';

afterAll(() => nock.restore());
