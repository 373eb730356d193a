import path from 'node:path';
import { eventTypes } from '../functions/shared/event-types.ts';
import { startApiGateway } from '../packages/local-aws/api-gateway.ts';
import { type Assembly, type LambdaFunction, readAssembly } from '../packages/local-aws/assembly.ts';
import { startAwsEndpoint } from '../packages/local-aws/aws-endpoint.ts';
import { openDynamoDb } from '../packages/local-aws/dynamodb.ts';
import { type BusEvent, createEventBridge, type EventBridge } from '../packages/local-aws/event-bridge.ts';
import { type Access, createAccess, type OnAllowed } from '../packages/local-aws/iam.ts';
import { startIssuer } from '../packages/local-aws/issuer.ts';
import { createLambda, type LambdaOptions } from '../packages/local-aws/lambda.ts';
import { startS3 } from '../packages/local-aws/s3/server.ts';
import { createSecretsManager } from '../packages/local-aws/secrets-manager.ts';
import { openQueues, type Queues } from '../packages/local-aws/sqs.ts';
import { createStepFunctions, type StepFunctions } from '../packages/local-aws/step-functions.ts';
import { type Clock, scaledClock } from '../packages/local-servers/clock.ts';
import { explainFileError } from '../packages/local-servers/file-errors.ts';
import { thisProcess } from '../packages/local-servers/process-identity.ts';
import { realistic } from '../packages/provider-sandbox/realistic.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../packages/provider-sandbox/sandbox.ts';
import type { AudioWayOptions } from './audio-way/open-audio-way.ts';
import { openHome } from './private-home.ts';
import { asRunHere, sandboxSpeed } from './provider-time.ts';
import { proxyVariables } from './proxy.ts';
import type { Habits } from './sandbox-habits.ts';
import { watchActivity } from './stack/activity.ts';
import { calledFirst, calledNext } from './stack/called-next.ts';
import { type Closable, closedInOrder } from './stack/closed-in-order.ts';
import { lockHome } from './stack/home-lock.ts';
import { accountsOf, keptKey, secretValues } from './stack/keys.ts';
import { listening } from './stack/listening.ts';
import { errorIn, openLogs } from './stack/logs.ts';
import { type Meter, metered, meteredLambda } from './stack/meter.ts';
import { isOriginOf, openToPage, startPage } from './stack/page.ts';
import { type ReadyInfo, removeReadyFile, writeReadyFile } from './stack/ready-file.ts';
import { storedSession } from './stack/stored-session.ts';
import { synthesize } from './synth.ts';

export interface StackOptions {
  /** Where everything is kept. One stack at a time. */
  readonly home: string;
  /** The first port of the row, see ports.ts; 0 takes free ones. */
  readonly port: number;
  /** How many times faster than the wall clock waits and the sandbox run; another provider keeps its own time. */
  readonly speed: number;
  /** Another clock than one of that speed, for tests. */
  readonly clock?: Clock;
  /** Directory of a cloud assembly, perhaps one that is being made; else the product is synthesized. */
  readonly assembly?: string | Promise<string> | undefined;
  /** A server of the provider's API that keeps its own time; else the sandbox is started. */
  readonly provider?:
    | { readonly baseUrl: string; readonly key: string; readonly creditsUrl?: string | undefined }
    | undefined;
  /** A relay beside such a server; without it music and personas by the relay are refused by name. */
  readonly relay?: { readonly baseUrl: string; readonly key: string } | undefined;
  /** How a provider elsewhere gets the audio; unless given it reaches the local S3. */
  readonly audio?: AudioWayOptions;
  /** Of the sandbox; kind unless given. */
  readonly habits?: Habits;
  /** For the sandbox, which plays both. */
  readonly sandbox?: Pick<SandboxOptions, 'seed' | 'settings' | 'faults'>;
  /** Changes what was read from the template, for tests. */
  readonly change?: (assembly: Assembly) => Assembly;
  /** How many workers there may be, and with how much memory; few by default, to save memory. */
  readonly workers?: LambdaOptions['poolSize'];
  /** Loads the functions of a training before they are called. Costs nothing where they are called, else their loading. */
  readonly loadsAhead?: boolean;
  /** Loads those of its first requests while the stack starts. */
  readonly trainsAtOnce?: boolean;
  /** Whether the template's schedules are kept; they are, unless a test switches them off. */
  readonly schedules?: boolean;
  /** Called for everything that AWS would put on a bill, for counting. */
  readonly meter?: Meter;
  /** Receives each permission of the template that allowed a call, for a test. */
  readonly onAllowed?: OnAllowed;
  /** What a person at the terminal should see: errors, and executions that end. */
  readonly notice?: (line: string) => void;
}

/** The product, running on this machine. */
export interface Stack {
  readonly ready: ReadyInfo;
  readonly assembly: Assembly;
  readonly access: Access;
  /** The sandbox, unless the provider is another server. */
  readonly sandbox: Sandbox | undefined;
  readonly stepFunctions: Pick<StepFunctions, 'running'>;
  readonly eventBridge: Pick<EventBridge, 'publish' | 'listen' | 'settled' | 'startSchedules'>;
  readonly queues: Pick<Queues, 'messages'>;
  readonly token: (subject: string, claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Milliseconds since the last request with a signature or to the API, or since the last execution. */
  idleFor(): number;
  close(): Promise<void>;
}

/**
 * Starts everything that the template needs, in one process on loopback.
 * @throws Error in one line when a port or the home is taken, or the template cannot be run here
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { home, notice = () => {} } = options;
  openHome(home);
  const unlock = lockHome(home);
  const { keep, close: closeParts } = closedInOrder();
  keep({ close: unlock });
  const close = () => {
    removeReadyFile(home);
    return closeParts();
  };
  try {
    return await compose(options, keep, close, notice);
  } catch (error) {
    await close();
    throw error;
  }
}

async function compose(
  options: StackOptions,
  keep: <T extends Closable>(part: T) => T,
  close: () => Promise<void>,
  notice: (line: string) => void,
): Promise<Stack> {
  const { home, speed, change = (assembly) => assembly } = options;
  const directory = (name: string) => path.join(home, name);
  const logs = keep(openLogs(directory('log')));
  const template = change(readAssembly(await (options.assembly ?? synthesize({ home }))));
  const assembly = asRunHere(template, { sandbox: !options.provider, speed });
  const api = only('API', assembly.apis);
  // Another bucket is for access logs, which S3 alone writes.
  const bucket = only(
    'bucket of audio',
    assembly.buckets.filter(({ name }) => name === assembly.outputs.AudioBucketName),
  );
  const { region, buckets, tables } = assembly;
  const clock = options.clock ?? scaledClock(speed);
  const activity = watchActivity(metered(createAccess(assembly, options.onAllowed), options.meter), assembly);
  const { access } = activity;
  const authorizer = api.routes.find((route) => route.authorizer)?.authorizer;
  const [audience] = authorizer?.audience ?? [];
  const problem = (from: string) => (error: unknown) => {
    const line = error instanceof Error ? (error.stack ?? error.message) : String(error);
    logs.write('stack', `${from}: ${line}`);
    const reason = explainFileError(error, [{ name: 'CHIRPSMITH_HOME', path: home }]);
    notice(`${from}: ${reason ?? (error instanceof Error ? error.message : String(error))}`);
  };

  const sandbox = options.provider
    ? undefined
    : keep(
        await listening('the provider', options.port, (port) =>
          startSandbox({
            port,
            directory: directory('provider'),
            clock,
            key: keptKey(directory('provider-key')),
            ...options.sandbox,
            settings: {
              ...(options.habits === 'realistic' ? realistic : {}),
              ...options.sandbox?.settings,
            },
          }),
        ),
      );
  const provider = options.provider ?? { baseUrl: sandbox?.url ?? '', key: sandbox?.key ?? '' };
  // The relay beside another server may cost as that one does, so it is never one beside the sandbox.
  const relay = sandbox ? { baseUrl: sandbox.url, key: sandbox.relayKey } : options.relay;

  // S3 comes before the functions that are called for its events.
  let publish = (_event: BusEvent) => {};
  // Another provider's balance is read only if the options name its URL.
  const creditsUrl = sandbox ? `${sandbox.url}/api-user/credits` : (options.provider?.creditsUrl ?? '');

  // The page signs people in and sends files; its port is known when it listens.
  let pageUrl = '';
  const s3 = keep(
    await listening('S3', options.port, (port) =>
      startS3({
        port,
        directory: directory('s3'),
        buckets: buckets.map((one) => openToPage(one, () => pageUrl)),
        region,
        access,
        events: { account: assembly.account, publish: (event) => publish(event) },
        log: (line) => {
          logs.write('s3', line);
          notice(`S3: ${line}`);
        },
      }),
    ),
  );
  const issuer = keep(
    await listening('the issuer', options.port, (port) =>
      startIssuer({
        port,
        directory: directory('issuer'),
        ...(authorizer ? { issuer: authorizer.issuer } : {}),
        ...(audience === undefined ? {} : { audience }),
        allowsOrigin: (origin) => isOriginOf(origin, pageUrl),
      }),
    ),
  );
  const dynamodb = keep(await openDynamoDb({ directory: directory('dynamodb'), tables, access }));
  const secrets = createSecretsManager({
    secrets: assembly.secrets,
    values: secretValues(assembly, { provider: provider.key, relay: relay?.key ?? '' }),
    access,
  });

  const { audio } = options;
  const isNeeded = audio !== undefined && audio.chosen.kind !== 'not needed';
  // It takes AWS's libraries.
  const { openAudioWay } = isNeeded ? await import('./audio-way/open-audio-way.ts') : {};
  const audioWay = await openAudioWay?.({
    ...(audio ?? { chosen: { kind: 'not needed' } }),
    provider: provider.baseUrl,
    s3: { url: s3.url, region, credentials: access.admin, bucket: bucket.name },
    directory: directory('audio-way'),
    assembly,
    stored: storedSession(dynamodb.handler, only('table of sessions', tables).name, access.admin),
    openDoor: (open) => listening('the public door', options.port, (port) => open(audio?.doorPort ?? port)),
    logFile: path.join(home, 'log', 'audio-way.log'),
    log: (line) => logs.write('audio-way', line),
  });
  if (audioWay) keep(audioWay);
  const proxy = proxyVariables(process.env);
  let awsUrl = '';
  const environment = (fn: LambdaFunction): Record<string, string> => ({
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: awsUrl,
    AWS_ENDPOINT_URL_SFN: awsUrl,
    AWS_ENDPOINT_URL_EVENTBRIDGE: awsUrl,
    // A function that waits does so by the wall's clock, also beside one that jumps.
    CLOCK_SPEED: String(Number.isFinite(clock.speed) ? speed : sandboxSpeed),
    ...proxy,
    ...('PROVIDER_BASE_URL' in fn.environment
      ? {
          PROVIDER_BASE_URL: provider.baseUrl,
          PROVIDER_CREDITS_URL: creditsUrl,
          PROVIDER_IS_SANDBOX: sandbox ? 'yes' : '',
          AUDIO_LINKS_URL: audioWay?.info.links ?? '',
        }
      : {}),
    ...('RELAY_BASE_URL' in fn.environment ? { RELAY_BASE_URL: relay?.baseUrl ?? '' } : {}),
  });
  const unmetered = keep(
    createLambda({
      assembly,
      access,
      environment,
      clock,
      ...(options.workers ? { poolSize: options.workers } : {}),
      ...(options.loadsAhead ? { calledNext: calledNext(assembly) } : {}),
      log(fn, line) {
        logs.write(fn.name, line);
        const error = errorIn(line);
        if (error !== undefined) notice(`${fn.name}: ${error}`);
      },
    }),
  );
  const lambda = meteredLambda(unmetered, assembly.functions, options.meter);
  const stepFunctions = keep(
    await createStepFunctions({
      assembly,
      access,
      lambda,
      clock,
      directory: directory('step-functions'),
      ...(options.meter && { onEvent: options.meter.event }),
      log(line) {
        logs.write('step-functions', `${new Date().toISOString()} ${line}`);
        notice(line);
      },
    }),
  );
  const queues = openQueues({ queues: assembly.queues, access, directory: directory('sqs') });
  const onError = problem('an event');
  const eventBridge = createEventBridge({ assembly, access, lambda, queues, clock, onError });
  publish = eventBridge.publish;
  eventBridge.listen((event) => {
    logs.write('events', JSON.stringify(event));
    if (event['detail-type'] === eventTypes.sessionStatusChanged) audioWay?.sessionChanged(event.detail);
  });
  const aws = keep(
    await listening('AWS', options.port, (port) =>
      startAwsEndpoint({
        port,
        region,
        access,
        services: {
          dynamodb: dynamodb.handler,
          secretsmanager: secrets.handler,
          states: stepFunctions.handler,
          events: eventBridge.handler,
        },
        onError: problem('AWS'),
      }),
    ),
  );
  awsUrl = aws.url;
  if (options.trainsAtOnce) unmetered.load(calledFirst(assembly));
  const gateway = keep(
    await listening('the API', options.port, (port) =>
      startApiGateway({
        port,
        api,
        issuer,
        onError: problem('API'),
        lambda: {
          invoke(arn, payload, by, wait) {
            activity.touch();
            return lambda.invoke(arn, payload, by, wait);
          },
        },
      }),
    ),
  );

  const page = keep(
    await listening('the page', options.port, (port) =>
      startPage({
        port,
        assembly,
        issuer,
        clientId: audience ?? '',
        audio: { bucket: bucket.name, s3: s3.url },
        apis: { [api.id]: gateway.url },
        onError: problem('the page'),
      }),
    ),
  );
  pageUrl = page.url;
  const ready: ReadyInfo = {
    event: 'ready',
    ...thisProcess(),
    home,
    page: page.url,
    api: gateway.url,
    token: await issuer.token('local'),
    provider: provider.baseUrl,
    ...(relay ? { relay: relay.baseUrl } : {}),
    ...(sandbox ? { providerKey: sandbox.key, relayKey: sandbox.relayKey } : {}),
    ...(options.provider ? { accounts: accountsOf(options) } : {}),
    sandbox: sandbox !== undefined,
    ...(sandbox && options.habits ? { habits: options.habits } : {}),
    ...(audioWay ? { audio: audioWay.info } : {}),
    s3: s3.url,
    aws: aws.url,
    issuer: issuer.url,
    region,
    speed,
    stateMachineArn: machineOf('train-model', assembly),
    batchMachineArn: machineOf('upload-batch', assembly),
    bucket: bucket.name,
    adminKey: access.admin,
  };
  writeReadyFile(ready);
  // First to end, so that nothing is called any more while the rest ends.
  keep(eventBridge);
  void audioWay?.removeLeftovers();
  // What is asked first should not share the machine with a sweep: a training has come to its longest wait by then, by the
  // stack's own speed. In real time, what a kill left in doubt need not wait that long.
  if (options.schedules !== false) eventBridge.startSchedules(Math.min(7000, 140_000 / clock.speed));
  return {
    ready,
    assembly,
    access,
    sandbox,
    stepFunctions,
    eventBridge,
    queues,
    token: issuer.token,
    idleFor() {
      if (stepFunctions.running() > 0) activity.touch();
      return activity.idleFor();
    },
    close,
  };
}

function only<T>(what: string, [first, ...others]: readonly T[]): T {
  if (first === undefined) throw new Error(`The template has no ${what}.`);
  if (others.length > 0) {
    throw new Error(`The template has more than one ${what}; the local runtime knows one.`);
  }
  return first;
}

/** The ARN of a machine by its name within the stage. */
function machineOf(name: string, { machines }: Pick<Assembly, 'machines'>): string {
  const machine = machines.find((one) => one.name.endsWith(`-${name}`));
  if (!machine) throw new Error(`The template has no machine ${name}.`);
  return machine.arn;
}
