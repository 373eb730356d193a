import * as z from 'zod';
import { requireCredits } from '../domain/check-balance.ts';
import { giveTo, nobody } from '../domain/claim-run.ts';
import { creditsToCome } from '../domain/credits.ts';
import { withBalance, withCall } from '../domain/journal.ts';
import { openProviderSession } from '../domain/open-provider-session.ts';
import { confirmedRights, type Rights, rightsProblem } from '../domain/rights.ts';
import type { Session, Track } from '../domain/session.ts';
import { sessionIdOf } from '../domain/session-id.ts';
import type { SessionStore, SessionWithTracks } from '../domain/session-records.ts';
import type { TrainingProvider } from '../provider/provider.ts';
import { ChirpsmithError, type Problem } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';
import { preparedState } from '../shared/state-contracts.ts';
import { zodProblems } from '../shared/zod-problems.ts';

const owner = z.string().min(1).max(128).optional();

/** As the API starts it. */
const bySession = z.strictObject({
  sessionId: z.string().min(1).max(64),
  /** From the console: the new owner of a session that was started there without one. */
  owner,
  /** From the console: the rights to its files are confirmed. */
  rights: z.boolean().optional(),
});
/** As it comes round again, after the provider throttled the call that opens its session. */
const throttled = preparedState.extend({ tracks: z.array(z.unknown()), verdict: z.literal('waiting') });

/** Fields that both kinds of console input have. */
export const consoleFields = {
  name: z.string(),
  /** Owner of the session in the API: a subject of the tokens. */
  owner,
  /** The recordings are the person's to train on. */
  rights: z.boolean().optional(),
  /** Set by the inbox. */
  startedBy: z.literal('manifest').optional(),
};

const begun = z.object({ startedBy: consoleFields.startedBy });

/** Who began an execution that no request to the API began: the inbox says so in its input. */
export const begunBy = (input: unknown): string => begun.safeParse(input).data?.startedBy ?? nobody;

type ConsoleInput = z.infer<z.ZodObject<typeof consoleFields>>;

/** @throws ChirpsmithError BadInput, with a problem for each wrong field */
export function parseConsole<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const whole = { whole: 'input', words: 'the input' } as const;
  throw badConsoleInput(parsed.error.issues.flatMap((issue) => zodProblems(issue, whole)));
}

export const badConsoleInput = (problems: Problem[]) =>
  new ChirpsmithError('BadInput', 'The input of the execution cannot be used.', { problems });

/**
 * The answer that the recordings are the person's to train on, as the input of an execution gives it. S3 and Step Functions
 * do not say who the person is: it is the owner of the inbox, or a person who may start executions in the console.
 * @param now an ISO moment
 */
export function rightsGiven(
  { rights = false, startedBy, owner: inboxOwner = nobody }: ConsoleInput,
  tracks: readonly Track[],
  now: string,
): { rights?: Rights } {
  if (!rights) return {};
  const confirmedBy = startedBy === 'manifest' ? inboxOwner : nobody;
  return { rights: confirmedRights(tracks, { confirmedBy, confirmedAt: now }) };
}

/** What is wrong with an input without that answer, where the stage asks for it. */
export const rightsProblems = ({ rights }: ConsoleInput, { rightsQuestion }: Settings): Problem[] =>
  rightsQuestion && !rights ? [rightsProblem('the input')] : [];

/**
 * Refuses to send files to a provider without that answer.
 * @throws ChirpsmithError BadInput
 */
export function requireRights({ sessionId, rights }: Session, { rightsQuestion }: Settings): void {
  if (!rightsQuestion || rights !== undefined) return;
  throw new ChirpsmithError(
    'BadInput',
    `Session ${sessionId} cannot go on; nothing was sent to the provider.`,
    {
      problems: [rightsProblem('the request to resume it')],
    },
  );
}

/**
 * The record that an execution is for: the one that its input names, or a new one from console input. The id of a new
 * one follows from the execution, so that a repeated step finds it.
 * @throws ChirpsmithError SessionNotFound, or what `fromConsole` throws
 */
export async function recordOf(
  input: unknown,
  execution: { readonly Id: string },
  fromConsole: (sessionId: string) => SessionWithTracks | Promise<SessionWithTracks>,
  {
    store,
    now,
  }: {
    readonly store: Pick<SessionStore, 'require' | 'read' | 'create' | 'changeSession'>;
    readonly now: () => string;
  },
): Promise<SessionWithTracks> {
  const named = z.union([bySession, throttled]).safeParse(input);
  if (named.success) {
    const { session: found, tracks } = await store.require(named.data.sessionId);
    const newOwner = 'owner' in named.data ? named.data.owner : undefined;
    const session = newOwner === undefined ? found : await giveTo(found, newOwner, store);
    const isConfirmed = 'rights' in named.data && named.data.rights === true;
    if (!isConfirmed) return { session, tracks };
    const rights = confirmedRights(tracks, { confirmedBy: nobody, confirmedAt: now() });
    return { session: await store.changeSession(session.sessionId, () => ({ rights })), tracks };
  }
  const sessionId = sessionIdOf(execution.Id);
  const earlier = await store.read(sessionId);
  if (earlier) return earlier;
  const given = await fromConsole(sessionId);
  await store.create(given.session, given.tracks);
  return given;
}

/**
 * Checks the balance, then opens the provider's session, unless there is one.
 * @param input of the state: after a call that was throttled, it has the number of refusals
 * @returns the position of the loop when the provider throttled the call, so that it is to be made again
 * @throws ChirpsmithError CreditsExhausted, ProviderContradiction, or the provider's
 */
export async function openSession(
  { session, tracks }: SessionWithTracks,
  input: unknown,
  open: () => Promise<{ sessionId: string }>,
  deps: {
    readonly store: Pick<SessionStore, 'claimId' | 'changeSession' | 'updateSession'>;
    readonly provider: Pick<TrainingProvider, 'credits'>;
    readonly settings: Settings;
    readonly now: () => string;
    readonly random: () => number;
  },
): Promise<{ wait: number; refusals: number; verdict: 'waiting' } | undefined> {
  const { store } = deps;
  const toCome = creditsToCome({ session, tracks }, deps.settings.prices);
  const credits = await requireCredits(toCome, 'Going on', deps.provider);
  const known = withBalance(session.journal, credits, deps.now());
  if (session.providerSessionId !== undefined) {
    if (session.status !== 'preparing') return undefined;
    await store.updateSession(session, { status: 'uploading', ...(known && { journal: known }) });
    return undefined;
  }
  const prepareId = `prepare ${session.prepareCalls + 1}`;
  const calling = await store.updateSession(session, {
    prepareCalls: session.prepareCalls + 1,
    journal: withCall(known, { id: prepareId, call: 'prepare', at: deps.now() }),
  });
  const refusals = throttled.safeParse(input).data?.refusals ?? 0;
  const again = await openProviderSession(calling, { refusals, open, journalId: prepareId }, deps);
  return again && { ...again, verdict: 'waiting' };
}

/**
 * Before anything is sent: can the provider fetch what lies here? Asked for no file that it has, or that is elsewhere.
 * @throws ChirpsmithError AudioUnreachable
 */
export async function requireAudioWay(
  tracks: readonly Pick<Track, 'status' | 'source'>[],
  audioWay: { check(): Promise<unknown> },
): Promise<void> {
  const isToGo = ({ status }: Pick<Track, 'status'>) => status === 'declared' || status === 'submitting';
  if (tracks.some((track) => isToGo(track) && !('url' in track.source))) await audioWay.check();
}

/** What a prepared session returns to the machine: the tracks to upload. */
export const prepared = <Entry>({ sessionId }: Session, tracks: Entry[]) => ({
  sessionId,
  tracks,
  wait: 0,
  refusals: 0,
  verdict: 'done' as const,
});
