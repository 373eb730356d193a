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
  /** Beside `$default`: the first part of a path that names one is no part of the route. */
  readonly stages: readonly string[];
  readonly routes: readonly {
    /** `POST /sessions/{id}/start` */
    readonly key: string;
    readonly functionArn: string;
    readonly authorizer: { readonly issuer: string; readonly audience: readonly string[] } | undefined;
  }[];
}

/** A CloudFront distribution: files of a bucket, and APIs, under one origin. */
export interface Distribution {
  readonly arn: string;
  /** The file that `/` is. */
  readonly root: string;
  /** The first whose pattern matches a path is taken; the last one has none. */
  readonly behaviors: readonly {
    /** `/api/*` */
    readonly pattern: string | undefined;
    readonly origin: { readonly bucket: string } | { readonly api: string };
    readonly methods: readonly string[];
    /** Headers that each answer gets, by lower-case names. */
    readonly headers: Readonly<Record<string, string>>;
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
  readonly distributions: readonly Distribution[];
  readonly queues: readonly Queue[];
  readonly buses: readonly EventBus[];
  readonly rules: readonly Rule[];
  /** For the functions that say otherwise than by default. */
  readonly asynchronousInvocations: readonly AsynchronousInvocation[];
  readonly roles: readonly Role[];
  /** CloudFormation outputs, by output key. */
  readonly outputs: Readonly<Record<string, string>>;
}
