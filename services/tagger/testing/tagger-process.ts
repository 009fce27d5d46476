import { createLogger } from '@holdfast/runtime/logger';
import { createInProcessState } from '@holdfast/state/in-process-state';
import { composeTagger } from '../src/compose.ts';
import { type TestConfigOptions, testConfig } from './test-config.ts';

// A tagger alone in its process, to be killed by tests: the configuration is its argument, its URL the first line it prints.
const options = JSON.parse(process.argv[2] ?? '{}') as TestConfigOptions;
const logger = createLogger({ service: 'tagger', level: 'silent' });
const tagger = await composeTagger({ config: testConfig(options), state: createInProcessState(), logger });
process.stdout.write(`${tagger.url}\n`);
