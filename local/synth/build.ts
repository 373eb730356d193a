import { readConfig } from '../../infra/config.ts';
import { explainFileError } from '../../packages/local-servers/file-errors.ts';
import { escaped } from '../../packages/terminal/printable.ts';
import { complain } from '../../packages/terminal/standard-streams.ts';
import { pathSettings } from '../home.ts';

// Run as a process of its own by ../synth.ts: the CDK takes a second to load and 150 MB, neither of which a
// stack that runs for hours should keep.
const [outdir] = process.argv.slice(2);
if (outdir === undefined) throw new Error('usage: build.ts <outdir>');
try {
  const config = readConfig({
    context: (name) => (name === 'stage' ? 'local' : undefined),
    environment: process.env,
  });
  // After the configuration, as both take a second. The bundles are made by another process, while the CDK is loaded.
  const { beginBundles } = await import('../../infra/constructs/bundling.ts');
  const bundles = beginBundles();
  const { buildApp } = await import('../../infra/chirpsmith-app.ts');
  buildApp(config, { outdir, bundles }).synth();
} catch (error) {
  const known = explainFileError(error, pathSettings(process.env));
  complain(escaped(known ?? (error instanceof Error ? error.message : String(error))));
  process.exitCode = 1;
}
