import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { BundledCode } from './bundled-code.ts';
import { acknowledgeServerless, acknowledgeWildcard } from './nag-suppressions.ts';

export interface WorkflowFunctionProps {
  readonly config: Config;
  /** Folder under functions/, holding handler.ts: `workflow/prepare-session`. */
  readonly folder: string;
  /** One line for the console. */
  readonly description: string;
  /** Longest run, in seconds. */
  readonly seconds: number;
  /** Memory in MB, and with it the share of a CPU. */
  readonly memory?: number;
  /** How many of it run at once, at most, even if the account has more; 0 for no limit of its own. */
  readonly atOnce?: number;
}

/**
 * A function as this house runs them: the bundled folder on Node 24 and arm64, a role of its own that may
 * write its own logs and traces and nothing else yet, logs that end, a timeout.
 */
export class WorkflowFunction extends LambdaFunction {
  /** Longest run; always set, unlike the `timeout` of CDK's function. */
  readonly limit: Duration;
  readonly stage: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: WorkflowFunctionProps) {
    const { config, folder, description, seconds, memory = 256, atOnce = 0 } = props;
    const name = `chirpsmith-${config.stage}-${folder.split('/').at(-1)}`;
    const limit = Duration.seconds(seconds);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${name}`,
      retention: config.logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      description: `What ${name} may do`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    super(scope, id, {
      functionName: name,
      description,
      code: new BundledCode(folder),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: memory,
      timeout: limit,
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...(atOnce > 0 && { reservedConcurrentExecutions: atOnce }),
      environment: { STAGE: config.stage },
    });
    this.limit = limit;
    this.stage = config.stage;
    this.#role = role;

    acknowledgeServerless(
      this,
      'LambdaDLQ',
      'Its caller sees each failure: a machine, a route, or a rule, which retries and keeps failed events.',
    );
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    // CDK adds the permission for active tracing itself.
    acknowledgeWildcard(role, '*', 'X-Ray has no resources to name: traces are written to the account.');
  }

  /** Lets the function do exactly these things to exactly this. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }

  /** The same while a condition holds. */
  allowIf(conditions: Conditions, actions: readonly string[], ...resources: readonly string[]): void {
    this.addToRolePolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], conditions }),
    );
  }

  /** The same for things that cannot be named one by one, with the reason why they cannot. */
  allowWildcard(actions: readonly string[], resource: string, reason: string): void {
    this.allow(actions, resource);
    acknowledgeWildcard(this.#role, resource, reason);
  }
}
