import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PAGE, renderFailureModes } from './failure-modes.ts';
import { ROOT } from './fault-proofs.ts';

/** Writes the page of failure modes; a test holds it to the code. */
writeFileSync(path.join(ROOT, PAGE), renderFailureModes());
