import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { describeApi } from './api-suite.ts';
import { describeTagging } from './tagging-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-tagger-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const freshUrl = async () => `sqlite:${folder}/posts-${++files}.db`;

describeApi('SQLite', freshUrl);
describeTagging('SQLite', freshUrl);
