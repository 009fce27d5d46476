import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configJsonSchema } from './json-schema.ts';

/** `npm run schema` in this package: writes the JSON Schema that is shipped. */
const file = path.resolve(import.meta.dirname, '../../../config/holdfast.schema.json');
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
