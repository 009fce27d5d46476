import { testOutages } from './test-outages.ts';

testOutages('token-rotator');
