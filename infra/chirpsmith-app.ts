import { readFileSync } from 'node:fs';
import { App, Tags } from 'aws-cdk-lib';
import { z } from 'zod';
import type { Config } from './config.ts';
import { addBundles } from './constructs/bundled-code.ts';
import type { Bundle } from './constructs/bundling.ts';
import { ServiceStack } from './service-stack.ts';
import { StorageStack } from './storage-stack.ts';

const cdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

export interface BuildOptions {
  /** Where `synth()` writes the cloud assembly. */
  readonly outdir?: string;
  /** On top of the context in cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Hold the templates against CloudFormation's own rules: seconds of it. By default for what may be deployed there. */
  readonly cloudFormationRules?: boolean;
  /** Waits for the code of all functions, where that was begun before; unless given it is made once all else is. */
  readonly bundles?: (() => ReadonlyMap<string, Bundle>) | undefined;
}

/**
 * The whole product as CDK constructs; `.synth()` on the result writes the cloud assembly. Nothing happens on
 * import. The feature flags of cdk.json hold here too, so that a synth without the CDK's command line gives
 * the same template as one with it.
 */
export function buildApp(
  config: Config,
  { outdir, context = {}, cloudFormationRules = config.stage !== 'local', bundles }: BuildOptions = {},
): App {
  const file = readFileSync(new URL('../cdk.json', import.meta.url), 'utf8');
  const flags = cdkJson.parse(JSON.parse(file)).context;
  const app = new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: cloudFormationRules,
    // Where each construct was made is for the report of those rules alone, and a fifth of a synthesis.
    treeMetadata: cloudFormationRules,
    stackTraces: cloudFormationRules,
    context: {
      ...flags,
      ...(!cloudFormationRules && { 'aws:cdk:disable-creation-stack-traces': true }),
      ...context,
    },
    ...(outdir !== undefined && { outdir }),
  });
  // Without an account in the stage's file, it is the one that the credentials of the deployment belong to.
  const env = { region: config.region, ...(config.account !== undefined && { account: config.account }) };
  const storage = new StorageStack(app, `chirpsmith-${config.stage}-storage`, { env, config });
  new ServiceStack(app, `chirpsmith-${config.stage}-service`, { env, config, storage });
  Tags.of(app).add('product', 'chirpsmith');
  Tags.of(app).add('stage', config.stage);
  addBundles(app, bundles);
  return app;
}
