import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';

/** The machine's name in AWS, known before there is a machine. */
export const workflowName = ({ stage }: Config, name: string) => `chirpsmith-${stage}-${name}`;

/** ARN of a machine by its name. */
export const machineArn = (scope: Construct, name: string) => statesArn(scope, 'stateMachine', name);

/** All executions of a machine. */
export const executionsArn = (scope: Construct, name: string) => statesArn(scope, 'execution', `${name}:*`);

function statesArn(scope: Construct, resource: string, resourceName: string): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource,
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
