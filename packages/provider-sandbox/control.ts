import { z } from 'zod';
import { type FaultList, faultSchema } from './faults.ts';
import type { ReceivedCall, Reply } from './http.ts';
import { summarize } from './ledger.ts';
import type { SandboxSettings } from './settings.ts';
import { type SandboxState, summaryOf } from './state.ts';

/** What `/_sandbox/` shows and changes. It asks for no key: the sandbox listens on this machine only. */
export interface ControlGround {
  readonly state: SandboxState;
  readonly faults: FaultList;
  settings(): SandboxSettings;
  /** Throws a ZodError when the change makes no sense. */
  change(settings: unknown): void;
  /** Unlocks the audio of clips, as a person does at the provider. */
  unlock(clipIds: readonly string[]): void;
  now(): number;
  /** Most calls at the same moment so far, those to `/_sandbox/` included. */
  mostInFlight(): number;
}

const faultsBody = z.union([
  z.array(faultSchema),
  z.object({ faults: z.array(faultSchema) }).transform(({ faults }) => faults),
  faultSchema.transform((fault) => [fault]),
]);

const unlocksBody = z.strictObject({ clipIds: z.array(z.string()).min(1) });

const ok = (body: object): Reply => ({ status: 200, body });

function ledger({ state }: ControlGround, { query }: ReceivedCall): Reply {
  const sessionId = query.get('sessionId');
  const since = Number(query.get('since') ?? 0);
  const entries = state.entries.filter(
    (it) => it.seq > since && (sessionId === null || it.sessionId === sessionId),
  );
  const { calls, credits } = summarize(entries);
  return ok({ calls, charged: credits, left: state.credits, entries });
}

const pending = ({ faults }: ControlGround) => ok({ faults: faults.pending() });
const settings = (ground: ControlGround) => ok({ ...ground.settings(), credits: ground.state.credits });

const routes: Readonly<
  Record<string, (ground: ControlGround, request: ReceivedCall, body: unknown) => Reply>
> = {
  /** `?sessionId=` narrows it to a session, `?since=` to what came after an entry. */
  'GET /_sandbox/ledger': ledger,
  'GET /_sandbox/state': (ground) =>
    ok({
      ...summaryOf(ground.state, ground.settings(), ground.now()),
      mostInFlight: ground.mostInFlight(),
    }),
  'GET /_sandbox/faults': pending,
  'PUT /_sandbox/faults': (ground, _, body) => {
    ground.faults.set(faultsBody.parse(body));
    return pending(ground);
  },
  'POST /_sandbox/faults': (ground, _, body) => {
    for (const fault of faultsBody.parse(body)) ground.faults.add(fault);
    return pending(ground);
  },
  'DELETE /_sandbox/faults': (ground) => {
    ground.faults.set([]);
    return pending(ground);
  },
  'POST /_sandbox/unlocks': (ground, _, body) => {
    ground.unlock(unlocksBody.parse(body).clipIds);
    return ok({ unlocked: [...ground.state.unlocked] });
  },
  'GET /_sandbox/settings': settings,
  'PUT /_sandbox/settings': (ground, _, body) => {
    ground.change(body);
    return settings(ground);
  },
};

/** Answers a request under `/_sandbox/`; none of them is in the ledger. */
export function control(ground: ControlGround, request: ReceivedCall): Reply {
  const route = routes[`${request.method} ${request.path}`];
  const problem = (status: number, message: string): Reply => ({
    status,
    body: { statusCode: status, message },
  });
  if (!route) return problem(404, 'Not found.');
  if ('problem' in request.body) return problem(request.body.problem, 'The body is not JSON, or too large.');
  try {
    return route(ground, request, request.body.json);
  } catch (error) {
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
    throw error;
  }
}
