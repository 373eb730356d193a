/**
 * What one session uses of AWS, counted on the local stack, times the list prices; writes docs/costs.md.
 * At speed 1, and so in some four minutes: at a higher one, less is asked in between.
 *
 *   npm run costs [-- --speed N]
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countOneSession } from './costs/count.ts';
import { costsPage } from './costs/page.ts';

const { values } = parseArgs({ options: { speed: { type: 'string', default: '1' } } });
const counts = await countOneSession(Number(values.speed));
console.table(counts);
if (counts.modelId === undefined)
  throw new Error('The session has no model: the counts are not of a whole run.');
writeFileSync(new URL('../docs/costs.md', import.meta.url), costsPage(counts));
console.log('docs/costs.md is written.');
process.exit();
