import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** A resource as the template has it, intrinsics and all. */
export interface TemplateResource {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The construct's path without its last `/Resource`, for messages; the logical id if there is none. */
  readonly path: string;
}

/** One stack of a cloud assembly. */
export interface TemplateStack {
  readonly name: string;
  readonly region: string | undefined;
  readonly account: string | undefined;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, { readonly value: unknown; readonly exportName?: unknown }>>;
  /** Directory of an asset by the object key under which the template names it. */
  readonly assets: Readonly<Record<string, string>>;
}

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          file: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional(), packaging: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
  dockerImages: z.record(z.string(), z.unknown()).default({}),
});

/** What CDK writes for its own bootstrap check and usage report; nothing in the stack depends on it. */
const bootstrapOnly = {
  Parameters: ['BootstrapVersion'],
  Rules: ['CheckBootstrapVersion'],
  Conditions: ['CDKMetadataAvailable'],
};

const templateSchema = z.strictObject({
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.looseObject({ 'aws:cdk:path': z.string().optional() }).optional(),
      DependsOn: z.unknown().optional(),
      DeletionPolicy: z.unknown().optional(),
      UpdateReplacePolicy: z.unknown().optional(),
      Condition: z.unknown().optional(),
    }),
  ),
  Outputs: z
    .record(
      z.string(),
      z.strictObject({
        Value: z.unknown(),
        Description: z.unknown().optional(),
        Export: z.object({ Name: z.unknown() }).optional(),
      }),
    )
    .default({}),
  Parameters: z.record(z.string(), z.unknown()).default({}),
  Rules: z.record(z.string(), z.unknown()).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Description: z.unknown().optional(),
  Metadata: z.unknown().optional(),
  AWSTemplateFormatVersion: z.unknown().optional(),
});

/** Reads the stacks of a CDK cloud assembly; an artifact or a section that is not known is an error. */
export function readTemplates(directory: string): TemplateStack[] {
  const manifest = parseFile(manifestSchema, join(directory, 'manifest.json'));
  const assets: Record<string, string> = {};
  const stacks: TemplateStack[] = [];
  for (const [id, artifact] of Object.entries(manifest.artifacts)) {
    if (artifact.type === 'cdk:asset-manifest') {
      Object.assign(assets, readAssets(directory, requireField(id, 'file', artifact.properties?.file)));
    } else if (artifact.type === 'aws:cloudformation:stack') {
      const file = requireField(id, 'templateFile', artifact.properties?.templateFile);
      stacks.push(
        readStack(join(directory, file), artifact.properties?.stackName ?? id, artifact.environment, assets),
      );
    } else if (!['cdk:tree', 'cdk:feature-flag-report'].includes(artifact.type)) {
      throw new Error(
        `manifest.json: artifact ${id} has the type ${artifact.type}, unknown to the local runtime.`,
      );
    }
  }
  return stacks;
}

function readStack(
  file: string,
  name: string,
  environment: string | undefined,
  assets: Readonly<Record<string, string>>,
): TemplateStack {
  const template = parseFile(templateSchema, file);
  for (const section of ['Parameters', 'Rules', 'Conditions'] as const) {
    const unknown = Object.keys(template[section]).find((key) => !bootstrapOnly[section].includes(key));
    if (unknown) throw new Error(`${name}: ${section}.${unknown} is not known to the local runtime.`);
  }
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Condition !== undefined && resource.Type !== 'AWS::CDK::Metadata') {
      throw new Error(`${name}: ${id} (${resource.Type}): Condition is not known to the local runtime.`);
    }
    const path = resource.Metadata?.['aws:cdk:path']?.replace(/\/Resource$/, '') ?? id;
    resources[id] = { type: resource.Type, properties: resource.Properties, path };
  }
  const outputs = Object.fromEntries(
    Object.entries(template.Outputs).map(([key, output]) => [
      key,
      { value: output.Value, ...(output.Export && { exportName: output.Export.Name }) },
    ]),
  );
  const [, account, region] = environment?.match(/^aws:\/\/([^/]+)\/(.+)$/) ?? [];
  return {
    name,
    region: region === 'unknown-region' ? undefined : region,
    account: account === 'unknown-account' ? undefined : account,
    resources,
    outputs,
    assets,
  };
}

function readAssets(directory: string, file: string): Record<string, string> {
  const manifest = parseFile(assetsSchema, join(directory, file));
  const image = Object.keys(manifest.dockerImages)[0];
  if (image !== undefined)
    throw new Error(`${file}: docker image ${image} is not known to the local runtime.`);
  const assets: Record<string, string> = {};
  for (const { source, destinations } of Object.values(manifest.files)) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) {
      assets[objectKey] = resolve(directory, source.path);
    }
  }
  return assets;
}

function parseFile<T>(schema: z.ZodType<T>, file: string): T {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function requireField(artifact: string, field: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`manifest.json: artifact ${artifact} has no ${field}.`);
  return value;
}
