import { BatchWriteCommand, DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ModelStore } from '../../functions/domain/model.ts';
import type { StoreObserver, WholeSessionStore } from '../../functions/domain/session-records.ts';
import type { EventBus } from '../../functions/observability/event-bus.ts';
import type { Keys } from '../../functions/observability/log.ts';
import { meteredMusic, meteredTraining } from '../../functions/observability/metered-provider.ts';
import { type Measurement, metricLine } from '../../functions/observability/metrics.ts';
import { storeObserver } from '../../functions/observability/store-observer.ts';
import { defaultSettings, type Settings } from '../../functions/shared/settings.ts';
import { createExecutions } from '../../functions/storage/executions.ts';
import { createModelStore } from '../../functions/storage/model-store.ts';
import { createRequestStore, type RequestStore } from '../../functions/storage/request-store.ts';
import { createSessionContents, type SessionContents } from '../../functions/storage/session-contents.ts';
import { createWholeSessionStore } from '../../functions/storage/whole-session-store.ts';
import { createStepFunctions, type StepFunctions } from '../../packages/local-aws/step-functions.ts';
import { type Clock, virtualClock } from '../../packages/local-servers/clock.ts';
import { type Sandbox, startSandbox } from '../../packages/provider-sandbox/sandbox.ts';
import { newDirectory } from '../../test-support/directory.ts';
import { openDynaliteTable } from '../../test-support/tables/dynalite-table.ts';
import { openMemoryTable } from '../../test-support/tables/memory-table.ts';
import { type AudioBucket, openAudioBucket } from './audio-bucket.ts';
import { createClipAudio } from './clip-audio.ts';
import { createEchoes } from './echoes.ts';
import { clientOf } from './executions.ts';
import { withoutIntents, withoutLastFile } from './forgetful-store.ts';
import { workflowFunctions } from './functions.ts';
import { createHistories, type ExecutionFact } from './history.ts';
import { createLists, createTexts, type Texts } from './inbox.ts';
import {
  createInvocations,
  type Interference,
  type Invocation,
  type Invocations,
  type Step,
} from './invocations.ts';
import { type MachineName, machineOf, statesByFunction } from './machine.ts';
import { type CallFact, type CallFault, createFaultyProvider } from './provider.ts';
import { generator } from './random.ts';
import { subject } from './routes.ts';
import { createTurns } from './scheduler.ts';
import { type Wire, wired } from './wire.ts';

/** A provider that is quick: most tasks are done at the first or second check, which halves what a run costs. */
const durations = {
  upload: { median: 10, spread: 0.5, shortest: 4, longest: 120 },
  training: { shortest: 70, longest: 130 },
  music: { shortest: 20, longest: 60 },
};

/** Seconds of the first clip of a piece of music, each further one a second longer: half of it is clearly less. */
export const clipSeconds = 0.6;

/** Short ones, and not to be had at the first attempt. */
const clips = { seconds: clipSeconds, audioAfter: 4 };

export type WorldInterference = Interference<CallFault>;

export interface WorldOptions {
  /** `train-model` unless given. */
  readonly machine?: MachineName;
  /** Draws the order of what happens at the same time, the jitter, and the provider's durations. */
  readonly seed: number;
  /** Asked before each step. */
  interfere?(step: Step): WorldInterference | undefined;
  readonly table?: 'memory' | 'dynalite';
  readonly wire?: Wire;
  /** For the test that the suite can fail; nothing is forgotten unless given. */
  readonly forgets?: 'intents' | 'the last file';
  /** The machine's own time-out, in seconds; the template's unless given. */
  readonly timeoutSeconds?: number;
  /** Takes the turns of sessions; they are dropped unless given. */
  readonly bus?: EventBus;
  /** The provider may give an id twice. */
  readonly echoes?: boolean;
  /** Gets what the functions emit: lines of the embedded metric format. */
  emit?(line: string): void;
}

/**
 * The synthesized machine, the functions and the provider's sandbox in one process, on a clock that jumps. Every
 * step that a function makes beyond itself is made one at a time and can be interfered with.
 */
export interface World {
  readonly machine: MachineName;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly sandbox: Sandbox;
  readonly bucket: AudioBucket;
  /** For the API's functions, to be used within an invocation. */
  readonly store: WholeSessionStore;
  readonly executions: ReturnType<typeof createExecutions>;
  readonly invocations: Invocations<CallFault>;
  /** The records as they are, read past all interference. */
  readonly records: WholeSessionStore;
  readonly models: ModelStore;
  /** Which session there is for which files. */
  readonly contents: SessionContents;
  /** Requests by their idempotency keys. */
  readonly requests: RequestStore;
  /** All calls to the provider, in order. */
  readonly calls: readonly CallFact[];
  /** By ARN: the invocation that first recorded the execution, and so began the run. */
  readonly begunBy: ReadonlyMap<string, Invocation>;
  /** What the runtime said of histories that were too long, of the executions of a batch's files too. */
  readonly overlong: readonly string[];
  readonly random: () => number;
  /** Texts in the inbox, and the lists of batches that were made of them. */
  readonly texts: Texts;
  readonly lists: ReturnType<typeof createLists>;
  /** Sessions, and names of executions, that no rule looks at. */
  readonly past: ReadonlySet<string>;
  /** Makes everything so far a thing of the past. */
  forget(): Promise<void>;
  /** Kills the process and starts it again on the same records; executions that ran are gone. */
  kill(): void;
  /** Runs something that the clock has to wait for. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Until no execution runs and no request is under way. */
  settled(): Promise<void>;
  history(): Promise<ExecutionFact[]>;
  close(): Promise<void>;
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { machine: name = 'train-model' } = options;
  const template = await machineOf(name);
  const { timeoutSeconds: TimeoutSeconds } = options;
  const definition =
    TimeoutSeconds === undefined ? template.definition : { ...template.definition, TimeoutSeconds };
  const machine = { ...template, definition };
  const states = statesByFunction(machine.definition);
  const random = generator(options.seed);
  const turns = createTurns(generator(options.seed ^ 0x5eed));
  const clock = virtualClock();
  // As beside the sandbox, which asks nobody whose recordings they are.
  const settings = { ...defaultSettings, rightsQuestion: false };
  const directory = newDirectory();
  const table = await (options.table === 'dynalite' ? openDynaliteTable : openMemoryTable)();
  const bucket = await openAudioBucket();
  const sandbox = await startSandbox({
    port: 0,
    clock,
    key: 'rig-key',
    seed: String(options.seed),
    settings: { durations, clips },
    ...(options.wire === 'network' ? {} : { fetch: bucket.fetch }),
  });
  const wire = wired(sandbox, options.wire ?? 'direct');
  const calls: CallFact[] = [];
  const overlong: string[] = [];
  const begunBy = new Map<string, Invocation>();

  let watchers: (() => void)[] = [];
  const changed = () => {
    const waiting = watchers;
    watchers = [];
    for (const wake of waiting) wake();
  };

  const invocations = createInvocations<CallFault>({
    turns,
    interfere: (step) => options.interfere?.(step),
    killProcess: () => kill(),
    onEnd: changed,
  });

  const client: DynamoDBDocumentClient = Object.assign(Object.create(null), {
    send: (command: unknown) => {
      const { input } = Object(command);
      const deletes = command instanceof DeleteCommand || command instanceof BatchWriteCommand;
      const writes = 'Item' in input || 'UpdateExpression' in input || deletes;
      const item = String(input.Item?.sk ?? input.Key?.sk ?? input.IndexName ?? 'session and tracks');
      const values = writes ? valuesOf(input) : {};
      return invocations.step({ kind: writes ? 'write' : 'read', what: item, values }, async () => {
        const answer = await Reflect.apply(table.client.send, table.client, [command]);
        const { executionArn } = values;
        const by = invocations.current();
        if (by && typeof executionArn === 'string' && !begunBy.has(executionArn)) {
          begunBy.set(executionArn, { name: by.name, choice: by.choice });
        }
        return answer;
      });
    },
  });
  const measure = (measurement: Measurement, about: Keys = {}) =>
    options.emit?.(metricLine(measurement, { stage: 'local', at: clock.now(), about }));
  const storeOn = (on: DynamoDBDocumentClient, watcher?: StoreObserver) =>
    createWholeSessionStore({
      client: on,
      tableName: table.name,
      clock: clock.now,
      ...(watcher && { watcher }),
    });
  const bus = options.bus ?? { put: async () => {} };
  const watcher = storeObserver({
    measure,
    prices: () => settings.prices,
    bus: () => bus,
    warn: () => {},
  });
  const whole = storeOn(client, watcher);
  const store =
    options.forgets === 'intents'
      ? withoutIntents(whole)
      : options.forgets === 'the last file'
        ? withoutLastFile(whole)
        : whole;

  const models = createModelStore({ client, tableName: table.name });
  const ofTable = { client, tableName: table.name, clock: clock.now };
  const contents = createSessionContents(ofTable);
  const requests = createRequestStore(ofTable);
  const echoes = options.echoes ? createEchoes() : undefined;
  const called = createFaultyProvider({
    sandbox,
    clock,
    bucket,
    wire,
    // No balance is checked before a training, so that credits can run out in its middle.
    ...(name === 'train-model' ? {} : { creditsUrl: `${sandbox.url}/api-user/credits` }),
    invocation: () => invocations.current(),
    echoes,
    step: (about, make) => invocations.step(about, make),
    moment: invocations.moment,
    async tracksOf(providerSessionId) {
      const own = (await records.listRunning(10)).find((it) => it.providerSessionId === providerSessionId);
      return own ? (await records.require(own.sessionId)).tracks : [];
    },
    onCall: (fact) => calls.push(fact),
  });
  const provider = meteredTraining(called, measure);
  const musicProvider = meteredMusic(called, measure);

  let service: StepFunctions;
  let starting: Promise<void> | undefined;
  const executions = createExecutions({
    machineArn: () => machine.arn,
    client: clientOf(
      () => service,
      async (operation, make) => {
        await starting;
        return invocations.step({ kind: 'execution', what: operation }, make);
      },
    ),
  });
  const clipAudio = createClipAudio({
    wire,
    origin: sandbox.url,
    bucket,
    step: (about, make) => invocations.step(about, make),
  });
  const lists = createLists();
  const work = workflowFunctions({
    store,
    lists,
    models,
    provider,
    musicProvider,
    executions,
    bucket,
    clipAudio,
    settings,
    now: clock.now,
    random,
  });
  const start = async () => {
    service = await createStepFunctions({
      assembly: { machines: [machine] },
      access: { check: () => {}, checkRole: () => {} },
      lambda: {
        invoke: (arn, payload) => {
          const name = states.get(arn) ?? arn;
          const { input, execution } = Object(payload);
          const by = { name, trackId: Object(input).trackId, execution: Object(execution).Id };
          return clock.busy(() => invocations.run(by, () => work(name, payload)));
        },
      },
      clock,
      directory,
      log: (line) => {
        if (line.includes('maximum number of history events')) overlong.push(line);
        changed();
      },
      random,
    });
    starting = undefined;
    changed();
  };
  const kill = () => {
    const old = service;
    starting = clock.busy(async () => {
      await old.close();
      await start();
    });
    invocations.killAll();
  };
  await start();

  const past = new Set<string>();
  // Also scheduled, though no fault can hit it: else its real duration would change the order of concurrent steps.
  const looking: DynamoDBDocumentClient = Object.assign(Object.create(null), {
    send: (command: unknown) => turns.take(() => Reflect.apply(table.client.send, table.client, [command])),
  });
  const records = storeOn(looking);
  const histories = createHistories(machine.arn);
  let under = 0;
  return {
    machine: name,
    clock,
    settings,
    sandbox,
    bucket,
    store,
    executions,
    invocations,
    records,
    models,
    contents,
    requests,
    calls,
    begunBy,
    overlong,
    random,
    texts: createTexts(),
    lists,
    past,
    async forget() {
      calls.length = 0;
      echoes?.forgetClips();
      for (const { name } of await histories(service)) past.add(name);
      const { sessions } = await records.list(subject, { limit: 50 });
      for (const { sessionId } of sessions) past.add(sessionId);
    },
    kill,
    async during(work) {
      under++;
      try {
        await starting;
        return await clock.busy(work);
      } finally {
        under--;
        changed();
      }
    },
    async settled() {
      for (;;) {
        // Some turns, so that callers that were just woken or answered can begin new work.
        for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
        if (!starting && under === 0 && invocations.running().length === 0 && service.running() === 0) return;
        await new Promise<void>((resolve) => watchers.push(resolve));
      }
    },
    history: async () => (await histories(service)).filter(({ name }) => !past.has(name)),
    async close() {
      await starting;
      await service.close();
      await sandbox.close();
      await table.close();
      bucket.close();
    },
  };
}

/** The attributes that a Put or an Update writes, by their names. */
function valuesOf(input: {
  Item?: Record<string, unknown>;
  ExpressionAttributeValues?: Record<string, unknown>;
}): Record<string, unknown> {
  if (input.Item) return input.Item;
  const values = Object.entries(input.ExpressionAttributeValues ?? {});
  return Object.fromEntries(values.map(([name, value]) => [name.slice(1), value]));
}
