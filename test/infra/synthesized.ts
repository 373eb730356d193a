import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { buildApp } from '../../infra/chirpsmith-app.ts';
import { type Config, readConfig } from '../../infra/config.ts';

/** The configuration of stage `local`, with what a test wants otherwise. */
export function configured(context: Readonly<Record<string, unknown>> = {}): Config {
  const given: Record<string, unknown> = { stage: 'local', ...context };
  return readConfig({ context: (name) => given[name], environment: {} });
}

/** Web pages that may call what {@link tuned} makes. */
export const origins = ['https://app.example.com', 'http://localhost:5173'];

/** Stage `local` with much of it set otherwise: tests that look at different settings share one synth of it. */
export const tuned: Config = configured({
  allowedOrigins: origins,
  jwtIssuer: 'https://id.example.com',
  jwtAudience: 'app,cli',
  logDays: 14,
  audioDays: 45,
  inboxOwner: 'studio-7',
  settings: '{"limits":{"concurrency":4,"batchConcurrency":7}}',
});

/** A stage that tells of itself by mail and by a webhook. */
export const telling: Config = configured({
  stage: 'prod',
  alarmEmail: 'night@example.com',
  webhookUrl: 'https://hooks.example.com/chirpsmith',
});

const assemblies: string[] = [];
process.once('exit', () => {
  for (const directory of assemblies) rmSync(directory, { recursive: true, force: true });
});

/**
 * The App without the code of its functions, which takes seconds to bundle, and without CloudFormation's own rules unless
 * wanted, which take as long to load: `synth()` throws for what they find.
 */
export function appWithoutCode(config: Config, cloudFormationRules = false): App {
  const outdir = mkdtempSync(join(tmpdir(), 'chirpsmith-infra-'));
  assemblies.push(outdir);
  return buildApp(config, { outdir, context: { 'aws:cdk:bundling-stacks': [] }, cloudFormationRules });
}

const made = new Map<string, ReturnType<typeof synthesize>>();

/**
 * Both stacks as they would be deployed, but for the code of the functions. The same configuration is synthesized
 * once for all tests of a process, which takes a second each: a test that changes its App makes its own.
 */
export function synthesized(config: Config = configured()) {
  const key = JSON.stringify(config);
  const found = made.get(key) ?? synthesize(config);
  made.set(key, found);
  return found;
}

function synthesize(config: Config) {
  const app = appWithoutCode(config);
  const template = (name: string) => {
    const stack = app.node.findChild(`chirpsmith-${config.stage}-${name}`);
    if (!Stack.isStack(stack)) throw new Error(`There is no stack ${name}.`);
    return Template.fromStack(stack);
  };
  return { app, storage: template('storage'), service: template('service') };
}

const resourceSchema = z.looseObject({ Properties: z.record(z.string(), z.unknown()).default({}) });

/** Properties of all resources of a type, by logical id. */
export function propertiesOf(template: Template, type: string): Record<string, Record<string, unknown>> {
  const found = Object.entries(template.findResources(type));
  return Object.fromEntries(found.map(([id, resource]) => [id, resourceSchema.parse(resource).Properties]));
}
