/** One permission of a synthesized policy, its intrinsics resolved. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
}

export interface Role {
  readonly arn: string;
  /** Logical path in the template, for messages. */
  readonly name: string;
  /** Service principals that may assume it. */
  readonly assumedBy: readonly string[];
  readonly statements: readonly Statement[];
}

export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  /** Absolute path of the bundled asset. */
  readonly directory: string;
  /** `index.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** How many of it run at once, at most. */
  readonly reserved?: number;
  readonly roleArn: string;
  /** Who may invoke it by resource policy (AWS::Lambda::Permission): principal and source ARN pattern. */
  readonly invokers: readonly { readonly principal: string; readonly sourceArn?: string }[];
}

export interface Machine {
  readonly name: string;
  readonly arn: string;
  /** The ASL definition as synthesized, intrinsics resolved. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly roleArn: string;
}

export interface Table {
  readonly name: string;
  readonly arn: string;
  /** Input for CreateTable (KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, BillingMode). */
  readonly create: Readonly<Record<string, unknown>>;
  readonly ttlAttribute: string | undefined;
}

export interface Bucket {
  readonly name: string;
  readonly arn: string;
  readonly versioned: boolean;
  /** Whether it sends EventBridge the events of its objects. */
  readonly eventBridge: boolean;
  readonly corsRules: readonly {
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    readonly headers: readonly string[];
    readonly exposed: readonly string[];
  }[];
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
}

export interface HttpApi {
  readonly id: string;
  readonly name: string;
  readonly cors:
    | {
        readonly origins: readonly string[];
        readonly methods: readonly string[];
        readonly headers: readonly string[];
        readonly exposed: readonly string[];
        readonly maxAgeSeconds: number | undefined;
      }
    | undefined;
  readonly routes: readonly {
    /** `POST /sessions/{id}/start` */
    readonly key: string;
    readonly functionArn: string;
    readonly authorizer: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  }[];
}

export interface Queue {
  readonly name: string;
  readonly arn: string;
  /** Services that its policy lets send, each on behalf of one resource. */
  readonly senders: readonly { readonly principal: string; readonly sourceArn: string }[];
}

export interface EventBus {
  readonly name: string;
  readonly arn: string;
}

/** An EventBridge rule that calls functions: at a rate, or for the events that match its pattern. */
export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  /** Undefined: it has a pattern. */
  readonly everySeconds: number | undefined;
  /** As in the template; what is not known in it is an error when it is read. */
  readonly pattern: Readonly<Record<string, unknown>> | undefined;
  readonly targets: readonly {
    /** Of a function. */
    readonly arn: string;
    /** The queue for what could not be handed over. */
    readonly deadLetterArn: string | undefined;
  }[];
}

/** How Lambda deals with what a function was handed to do later. */
export interface AsynchronousInvocation {
  readonly functionArn: string;
  /** After the first attempt. */
  readonly retries: number;
  readonly maxAgeSeconds: number;
  /** The queue for what has failed for good. */
  readonly onFailureArn: string | undefined;
}

/** Everything the stand-ins need, read off the synthesized cloud assembly. */
export interface Assembly {
  readonly region: string;
  readonly account: string;
  readonly functions: readonly LambdaFunction[];
  readonly machines: readonly Machine[];
  readonly tables: readonly Table[];
  readonly buckets: readonly Bucket[];
  readonly secrets: readonly Secret[];
  readonly apis: readonly HttpApi[];
  readonly queues: readonly Queue[];
  readonly buses: readonly EventBus[];
  readonly rules: readonly Rule[];
  /** For the functions that say otherwise than by default. */
  readonly asynchronousInvocations: readonly AsynchronousInvocation[];
  readonly roles: readonly Role[];
  /** CloudFormation outputs, by output key. */
  readonly outputs: Readonly<Record<string, string>>;
}
