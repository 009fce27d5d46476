import { testOutages } from './test-outages.ts';

testOutages('tagger');
