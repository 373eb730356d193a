import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  type IChainable,
  LogLevel,
  QueryLanguage,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { executionsArn, machineArn } from './bindings.ts';
import type { WorkflowFunction } from './workflow-function.ts';

export interface WorkflowProps {
  readonly config: Config;
  /** In the words of its file: `train-model`. */
  readonly name: string;
  readonly comment: string;
  /** The functions that its tasks call, all of them. */
  readonly functions: readonly WorkflowFunction[];
  /** Seconds after which an execution is ended from outside; over what its own deadlines allow. */
  readonly seconds: number;
  /** It has a Distributed Map, whose items are executions of its own. */
  readonly distributed?: boolean;
  /** Builds the states, in the scope given. */
  readonly definition: (scope: Construct) => IChainable;
}

/** The machine's name in AWS, known before there is a machine. */
export const workflowName = ({ stage }: Config, name: string) => `chirpsmith-${stage}-${name}`;

/** A Standard machine with its logs, traces and role. */
export class Workflow extends Construct {
  readonly machine: StateMachine;
  /** The machine's name in AWS. */
  readonly name: string;
  /** The functions that its tasks call. */
  readonly functions: readonly WorkflowFunction[];

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.name = workflowName(props.config, props.name);
    this.functions = props.functions;
    const role = new Role(this, 'Role', {
      description: `What ${this.name} may do`,
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        tasks: allowing(
          ['lambda:InvokeFunction'],
          props.functions.map(({ functionArn }) => functionArn),
        ),
        logs: allowing(logDelivery, ['*']),
        traces: allowing(tracing, ['*']),
        ...(props.distributed && { children: childExecutions(this, this.name) }),
      },
    });
    if (props.distributed) {
      const reason = 'The executions of its own Map, each made at run time.';
      acknowledgeWildcard(role, executionsArn(this, this.name), reason);
    }
    acknowledgeWildcard(
      role,
      '*',
      'Log delivery and X-Ray have no resources that could be named (documented).',
    );

    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: this.name,
      comment: props.comment,
      // Standard: runs for hours and leaves a history of each run (docs/adr).
      stateMachineType: StateMachineType.STANDARD,
      queryLanguage: QueryLanguage.JSON_PATH,
      definitionBody: DefinitionBody.fromChainable(props.definition(this)),
      timeout: Duration.seconds(props.seconds),
      // CDK would add every version and alias of each function (`arn:…:*`) to the role. It is complete.
      role: role.withoutPolicyUpdates(),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        // Ids and small numbers only, but what a person pastes into the console is not ours to write down.
        includeExecutionData: false,
        destination: new LogGroup(this, 'Logs', {
          // Under /aws/vendedlogs the delivery's own resource policy does not grow with each machine.
          logGroupName: `/aws/vendedlogs/states/${this.name}`,
          retention: props.config.logDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    // CDK's own policy for a Distributed Map reaches no role that takes no updates; this one is complete.
    this.machine.node.tryRemoveChild('DistributedMapPolicy');
  }
}

const allowing = (actions: string[], resources: string[]) =>
  new PolicyDocument({ statements: [new PolicyStatement({ actions, resources })] });

/** What a Distributed Map needs (developer guide, "IAM policies for using Distributed Map states"), redrive left out. */
const childExecutions = (scope: Construct, name: string) =>
  new PolicyDocument({
    statements: [
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [machineArn(scope, name)] }),
      new PolicyStatement({
        actions: ['states:DescribeExecution', 'states:StopExecution'],
        resources: [executionsArn(scope, name)],
      }),
    ],
  });

/** What Step Functions needs to deliver logs (its developer guide, "Logging using CloudWatch Logs"). */
const logDelivery = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

/** What it needs to trace (its developer guide, "Tracing with AWS X-Ray"). */
const tracing = [
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];
