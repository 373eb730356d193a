import * as z from 'zod';
import { executionName } from '../domain/executions.ts';
import { failureSchema, missingSchema, type Session, sessionSchema } from '../domain/session.ts';

const { shape } = sessionSchema;

/** The detail of `Session status changed`, version 1. A field that would mean something else gets another version. */
export const sessionStatusChangedSchema = z.strictObject({
  schema: z.literal(1).describe('Version of this detail. Within a version fields are added, never changed.'),
  sessionId: shape.sessionId.describe('The session.'),
  kind: z.enum(shape.kind.unwrap().options).describe('What the session is for.'),
  name: shape.name.describe('Its name, as its owner gave it.'),
  owner: shape.owner.describe('Whose it is: the subject of a token, or the owner of the inbox.'),
  startedBy: shape.startedBy.describe('How it came to be.'),
  status: shape.status.describe('The status now.'),
  before: shape.status.optional().describe('Where it stood before; missing when the session is new.'),
  at: shape.updatedAt.describe('When it turned.'),
  recordVersion: shape.version.describe(
    'Grows with every write of the record: it orders the events of one session, which may come late or twice.',
  ),
  execution: z.string().optional().describe('Name of the execution that works on it, or last did.'),
  modelId: shape.modelId.describe('The model, once there is one.'),
  missing: z
    .array(missingSchema.pick({ file: true, reason: true }))
    .optional()
    .describe('Files that are not in the model, and why; missing when all are.'),
  failure: failureSchema
    .pick({ error: true, reason: true })
    .optional()
    .describe('What went wrong, by its name in `docs/faults.md` and in a sentence.'),
});

export type SessionStatusChanged = z.infer<typeof sessionStatusChangedSchema>;

/** The event for a write; undefined when the status did not change. It never holds a URL. */
export function sessionStatusChanged(
  before: Session | undefined,
  after: Session,
): SessionStatusChanged | undefined {
  if (before?.status === after.status) return undefined;
  const { sessionId, kind, name, owner, startedBy, status, executionArn, modelId, failure } = after;
  return {
    schema: 1,
    sessionId,
    kind,
    name,
    owner,
    startedBy,
    status,
    ...(before && { before: before.status }),
    at: after.updatedAt,
    recordVersion: after.version,
    ...(executionArn !== undefined && { execution: executionName(executionArn) }),
    ...(modelId !== undefined && { modelId }),
    ...(after.missing && { missing: after.missing.map(({ file, reason }) => ({ file, reason })) }),
    ...(failure && { failure: { error: failure.error, reason: failure.reason } }),
  };
}
