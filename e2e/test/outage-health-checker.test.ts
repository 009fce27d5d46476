import { testOutages } from './test-outages.ts';

testOutages('health-checker');
