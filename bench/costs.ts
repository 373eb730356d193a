/**
 * What one session of each kind uses of AWS, counted on the local stack, times the list prices; writes docs/costs.md.
 * It takes about a minute. A busy machine changes the milliseconds only.
 *
 *   npm run costs
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { countOneSession, measuredOn } from './costs/count.ts';
import { costsPage } from './costs/page.ts';

parseArgs({ options: {} });
const counts = {
  train: await countOneSession('train'),
  batch: await countOneSession('batch'),
  music: await countOneSession('music'),
};
console.table(counts);
writeFileSync(new URL('../docs/costs.md', import.meta.url), costsPage(counts, measuredOn()));
console.log('docs/costs.md is written.');
process.exit();
