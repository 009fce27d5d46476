import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { describeApiInput } from './api-input-suite.ts';
import { describeApi } from './api-suite.ts';
import { describeLine } from './line-suite.ts';
import { describeTagging } from './tagging-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tagger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freshUrl = async () => `sqlite:${folder}/posts-${++files}.db`;

describeApi('SQLite', freshUrl);
describeApiInput('SQLite', freshUrl);
describeTagging('SQLite', freshUrl);
describeLine('SQLite', freshUrl);
