import { z } from 'zod';

/** A call of either dialect: those of the relay have the names of what they do. */
export const sandboxCalls = [
  'prepare',
  'upload',
  'create',
  'openBatch',
  'addToBatch',
  'status',
  'generate',
  'persona',
] as const;
export type SandboxCall = (typeof sandboxCalls)[number];

const when = {
  call: z.enum(sandboxCalls),
  /** How many calls it hits. */
  times: z.number().int().positive().default(1),
  /** How many calls of this kind pass before it. */
  after: z.number().int().nonnegative().default(0),
};

/** Faults that a task carries from its submission on. */
const taskFaults = {
  'task-failed': { reason: z.string().optional(), code: z.number().optional() },
  /** Ends with the status `timeout`, which the provider's sample poller does not know. */
  'task-timeout': {},
  'never-ends': {},
  /** Its status goes back from running to queued, several times. */
  backwards: {},
  'success-without-id': {},
} as const;

const onTask = { ...when, call: z.enum(['upload', 'create', 'addToBatch', 'generate']) };

/** A fault on demand. `taken` says whether the call is carried out although its answer is replaced. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...when,
    kind: z.literal('status'),
    status: z.number().int().min(200).max(599),
    /** Text as it is, anything else as JSON. */
    body: z.unknown().optional(),
    headers: z.record(z.string().regex(/^[\w-]+$/), z.string().regex(/^[\x20-\x7e]*$/)).default({}),
    taken: z.boolean().default(false),
  }),
  /** The socket is destroyed, before or after the call is carried out. */
  z.strictObject({ ...when, kind: z.literal('reset-before') }),
  z.strictObject({ ...when, kind: z.literal('reset-after') }),
  /** No answer until the client gives up. */
  z.strictObject({ ...when, kind: z.literal('timeout-before') }),
  z.strictObject({ ...when, kind: z.literal('timeout-after') }),
  z.strictObject({
    ...when,
    kind: z.literal('body'),
    status: z.number().int().min(200).max(299).default(201),
    /** The raw body: malformed, empty, … */
    body: z.string().default(''),
    /** Fill the body up to so many bytes. */
    bytes: z
      .number()
      .int()
      .nonnegative()
      .max(64 * 1024 * 1024)
      .default(0),
    taken: z.boolean().default(true),
  }),
  /** The answer names another task than the request. */
  z.strictObject({ ...when, kind: z.literal('other-task-id') }),
  z.strictObject({ ...onTask, kind: z.literal('task-failed'), ...taskFaults['task-failed'] }),
  z.strictObject({ ...onTask, kind: z.literal('task-timeout') }),
  z.strictObject({ ...onTask, kind: z.literal('never-ends') }),
  z.strictObject({ ...onTask, kind: z.literal('backwards') }),
  z.strictObject({ ...onTask, kind: z.literal('success-without-id') }),
]);

/** What a task keeps of its fault. */
export const taskFaultSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('task-failed'), ...taskFaults['task-failed'] }),
  z.object({ kind: z.literal('task-timeout') }),
  z.object({ kind: z.literal('never-ends') }),
  z.object({ kind: z.literal('backwards') }),
  z.object({ kind: z.literal('success-without-id') }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type TaskFault = z.infer<typeof taskFaultSchema>;

/** The faults that wait for their calls. Each counts on its own; on one call the first due one acts. */
export interface FaultList {
  set(faults: readonly FaultInput[]): void;
  add(fault: FaultInput): void;
  /** Those not used up, with what is left of `after` and `times`. */
  pending(): readonly Fault[];
  /** Counts a call and gives the fault that acts on it. */
  take(call: SandboxCall): Fault | undefined;
}

export function createFaultList(): FaultList {
  let faults: Fault[] = [];
  return {
    set: (list) => {
      faults = list.map((it) => faultSchema.parse(it));
    },
    add: (fault) => {
      faults.push(faultSchema.parse(fault));
    },
    pending: () => faults,
    take(call) {
      let acting: Fault | undefined;
      for (const fault of faults) {
        if (fault.call !== call) continue;
        if (fault.after > 0) fault.after--;
        else if (!acting) {
          fault.times--;
          acting = fault;
        }
      }
      faults = faults.filter((it) => it.times > 0);
      return acting;
    },
  };
}

/** The part of a fault that the task keeps, if any. */
export function taskFaultOf(fault: Fault | undefined): TaskFault | undefined {
  return taskFaultSchema.safeParse(fault).data;
}
