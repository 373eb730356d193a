/** Writes docs/faults.md from the cases that the fault suite plays: `npm run faults:table`. */
import { writeFileSync } from 'node:fs';
import { allCases } from '../../test/faults/matrix/all-cases.ts';
import { document } from '../../test/faults/matrix/document.ts';

writeFileSync('docs/faults.md', document(allCases));
