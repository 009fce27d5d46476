import { writeFileSync } from 'node:fs';
import { DOCUMENT, renderDocument } from './render.ts';

writeFileSync(DOCUMENT, renderDocument());
