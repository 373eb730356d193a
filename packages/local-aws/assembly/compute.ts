import { z } from 'zod';
import type { LambdaFunction, Machine } from './model.ts';
import { attribute, parseProperties, type Resource } from './resource.ts';

/** A property that changes nothing for what runs on this machine. */
const harmless = z.unknown().optional();

const functionSchema = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  Runtime: z.string().regex(/^nodejs/, 'only Node.js runs on this machine'),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
  // Lambda's own defaults: 3 s and 128 MB.
  Timeout: z.number().int().positive().default(3),
  MemorySize: z.number().int().positive().default(128),
  ReservedConcurrentExecutions: z.number().int().nonnegative().optional(),
  Architectures: harmless,
  Description: harmless,
  LoggingConfig: harmless,
  TracingConfig: harmless,
  Tags: harmless,
});

const permissionSchema = z.strictObject({
  Action: z.literal('lambda:InvokeFunction'),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
});

/** The functions, each with the principals that its resource policy admits. */
export function readFunctions(
  functions: readonly Resource[],
  permissions: readonly Resource[],
): LambdaFunction[] {
  const granted = permissions.map((resource) => ({
    resource,
    permission: parseProperties(permissionSchema, resource),
  }));
  const read = functions.map((resource): LambdaFunction => {
    const properties = parseProperties(functionSchema, resource);
    const directory = resource.stack.assets[properties.Code.S3Key];
    if (directory === undefined) {
      throw new Error(
        `${resource.where}: Code.S3Key: ${properties.Code.S3Key} is no asset of this assembly.`,
      );
    }
    const name = resource.identity().ref;
    const arn = attribute(resource, 'Arn');
    return {
      name,
      arn,
      directory,
      handler: properties.Handler,
      environment: properties.Environment?.Variables ?? {},
      timeoutSeconds: properties.Timeout,
      memoryMb: properties.MemorySize,
      ...(properties.ReservedConcurrentExecutions !== undefined && {
        reserved: properties.ReservedConcurrentExecutions,
      }),
      roleArn: properties.Role,
      invokers: granted
        .filter(({ permission }) => permission.FunctionName === arn || permission.FunctionName === name)
        .map(({ permission }) => ({
          principal: permission.Principal,
          ...(permission.SourceArn !== undefined && { sourceArn: permission.SourceArn }),
        })),
    };
  });
  for (const { resource, permission } of granted) {
    if (!read.some(({ arn, name }) => permission.FunctionName === arn || permission.FunctionName === name)) {
      throw new Error(`${resource.where}: FunctionName: ${permission.FunctionName} is no function.`);
    }
  }
  return read;
}

const machineSchema = z.strictObject({
  StateMachineName: z.string().optional(),
  StateMachineType: z.literal('STANDARD').default('STANDARD'),
  DefinitionString: z.string(),
  RoleArn: z.string(),
  LoggingConfiguration: harmless,
  TracingConfiguration: harmless,
  Tags: harmless,
});

/** The machine with its definition parsed. */
export function readMachine(resource: Resource): Machine {
  const machine = parseProperties(machineSchema, resource);
  const definition = z.record(z.string(), z.unknown()).safeParse(JSON.parse(machine.DefinitionString));
  if (!definition.success) throw new Error(`${resource.where}: DefinitionString is not an object.`);
  return {
    name: attribute(resource, 'Name'),
    arn: attribute(resource, 'Arn'),
    definition: definition.data,
    roleArn: machine.RoleArn,
  };
}
