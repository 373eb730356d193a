/** Writes docs/faults.md from the cases that the fault suite plays: `npm run faults:table`. */
import { writeFileSync } from 'node:fs';
import { allCases } from '../../simulation/matrix/all-cases.ts';
import { document } from '../../simulation/matrix/document.ts';

writeFileSync('docs/faults.md', document(allCases));
