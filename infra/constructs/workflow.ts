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
import type { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { StateSpec } from '../../functions/runtime/spec.ts';
import type { Settings } from '../../functions/shared/settings.ts';
import type { Config } from '../config.ts';
import { type TaskOptions, task } from '../workflows/task.ts';
import { executionsArn, machineArn, workflowName } from './machine-names.ts';
import { acknowledgeWildcard } from './nag-suppressions.ts';
import type { StateFunctions } from './spec-functions.ts';
import type { WorkflowFunction } from './workflow-function.ts';

export interface WorkflowProps {
  readonly config: Config;
  /** In the words of its file: `train-model`. */
  readonly name: string;
  readonly comment: string;
  /** Makes the functions that its tasks call. */
  readonly functions: StateFunctions;
  /** Seconds after which an execution is ended from outside; over what its own deadlines allow. */
  readonly seconds: number;
  /** It has a Distributed Map, whose items are executions of its own. */
  readonly distributed?: boolean;
  /** Draws the states. */
  readonly definition: (machine: Machine) => IChainable;
}

/** What a machine is drawn with. */
export interface Machine {
  /** Where its states belong. */
  readonly scope: Construct;
  readonly settings: Settings;
  /** A state that calls its function, as its spec says. */
  readonly task: (state: StateSpec, options?: TaskOptions) => LambdaInvoke;
}

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
    const called = new Set<WorkflowFunction>();
    const definition = props.definition({
      scope: this,
      settings: props.config.settings,
      task: (state, options) => {
        const fn = props.functions.of(state);
        called.add(fn);
        return task(this, state, fn, options);
      },
    });
    this.functions = [...called];
    const role = new Role(this, 'Role', {
      description: `What ${this.name} may do`,
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      inlinePolicies: {
        tasks: allowing(
          ['lambda:InvokeFunction'],
          this.functions.map(({ functionArn }) => functionArn),
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
      definitionBody: DefinitionBody.fromChainable(definition),
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
