import { readFileSync } from 'node:fs';
import type { App } from 'aws-cdk-lib';
import { z } from 'zod';

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});
const machineSchema = z.object({
  StateMachineName: z.string(),
  DefinitionString: z.union([
    z.string(),
    z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  ]),
});

/**
 * The definitions (Amazon States Language) of all machines of an App, by the machines' names. Synthesizes it.
 * References to other resources, which only a deployment could resolve, are written as ARNs of their ids.
 */
export function definitionsOf(app: App): ReadonlyMap<string, unknown> {
  const machines = app.synth().stacks.flatMap(({ templateFullPath }) => {
    const template = templateSchema.parse(JSON.parse(readFileSync(templateFullPath, 'utf8')));
    return Object.values(template.Resources).filter(
      ({ Type }) => Type === 'AWS::StepFunctions::StateMachine',
    );
  });
  return new Map(
    machines.map(({ Properties }) => {
      const { StateMachineName, DefinitionString } = machineSchema.parse(Properties);
      return [StateMachineName, JSON.parse(written(DefinitionString))];
    }),
  );
}

const reference = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }).transform((get) => get['Fn::GetAtt'][0]),
]);

function written(definition: z.infer<typeof machineSchema>['DefinitionString']): string {
  if (typeof definition === 'string') return definition;
  const [separator, parts] = definition['Fn::Join'];
  return parts
    .map((part) =>
      typeof part === 'string'
        ? part
        : `arn:aws:lambda:us-east-1:123456789012:function:${reference.parse(part)}`,
    )
    .join(separator);
}
