/**
 * How large the function's bundles are, and what a new environment costs until its first answer.
 *
 *   npm run bench:bundles -- [--times 15]
 */
import { parseArgs } from 'node:util';
import { bundleTable } from './bundles/measure.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '15' } } });
console.log(await bundleTable(Number(values.times)));
