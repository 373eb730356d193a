/**
 * What one session of each kind uses of AWS, counted on the local stack, times the list prices; writes docs/costs.md.
 * It takes about a minute. A busy machine changes the milliseconds only.
 *
 *   npm run costs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from '../infra/chirpsmith-app.ts';
import { readConfig } from '../infra/config.ts';
import { countOneSession, measuredOn } from './costs/count.ts';
import { idleOf } from './costs/idle.ts';
import { costsPage } from './costs/page.ts';

parseArgs({ options: {} });
const counts = {
  train: await countOneSession('train'),
  batch: await countOneSession('batch'),
  music: await countOneSession('music'),
};
console.table(counts);
const outdir = mkdtempSync(path.join(tmpdir(), 'chirpsmith-costs-'));
const config = readConfig({ context: (name) => (name === 'stage' ? 'dev' : undefined), environment: {} });
const context = { 'aws:cdk:bundling-stacks': [] };
const { stacks } = buildApp(config, { outdir, context, cloudFormationRules: false }).synth();
const idle = idleOf(...stacks.map(({ template }): unknown => template));
rmSync(outdir, { recursive: true });
writeFileSync(new URL('../docs/costs.md', import.meta.url), costsPage(counts, measuredOn(), idle));
console.log('docs/costs.md is written.');
process.exit();
