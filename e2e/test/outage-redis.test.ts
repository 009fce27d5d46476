import { testOutages } from './test-outages.ts';

testOutages('redis');
