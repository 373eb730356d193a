import { App } from 'aws-cdk-lib';
import { buildApp } from './chirpsmith-app.ts';
import { readConfig } from './config.ts';
import { readStageFile } from './stage-file.ts';

// What the CDK's command line runs (cdk.json). It hands its context over to every App, so an App that is
// never synthesized can read it before the real one is built.
const { node } = new App({ autoSynth: false });

try {
  const context = (name: string): unknown => node.tryGetContext(name);
  buildApp(readConfig({ context, environment: process.env, file: readStageFile }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
