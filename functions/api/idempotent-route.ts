import { createHash } from 'node:crypto';
import type { APIGatewayProxyEventV2WithJWTAuthorizer } from 'aws-lambda';
import { uuidOf } from '../domain/session-id.ts';
import type { RunRequest } from '../domain/start-run.ts';
import { logger } from '../observability/log.ts';
import { depsOf } from '../runtime/deps-of.ts';
import { type Clients, type Deps, type RouteSpec, routeKey } from '../runtime/spec.ts';
import { toChirpsmithError } from '../shared/aws-errors.ts';
import { canonicalJson } from '../shared/canonical-json.ts';
import { ChirpsmithError } from '../shared/errors.ts';
import type { Outcome, RequestStore } from '../storage/request-store.ts';
import { HttpRefusal } from './problem.ts';
import { type ApiRequest, admit, readRequest } from './request.ts';
import { answering, completed, type RouteAnswer } from './run-route.ts';

/** A request that may carry an idempotency key. */
export interface IdempotentRequest<Spec extends RouteSpec = RouteSpec> extends ApiRequest<Spec> {
  /** The same for the same owner, route and key, in the form of a session's id; undefined without a key. */
  readonly requestId?: string;
  /** It was begun before: what it made may be there. */
  readonly isRepeated: boolean;
  /** What came of it; undefined where no response was made before. */
  readonly outcome?: Outcome;
}

export type IdempotentAnswer<Spec extends RouteSpec = RouteSpec> = RouteAnswer<Spec> & {
  /** What a repetition needs to give this answer again. */
  readonly outcome: Outcome;
};

/** The same, as far as beginning a run needs it. */
export const runRequestOf = ({
  requestId,
  outcome,
}: Pick<IdempotentRequest, 'requestId' | 'outcome'>): RunRequest => ({
  ...(requestId === undefined ? {} : { requestId }),
  isAnswered: outcome !== undefined,
});

/** Seconds after which a request that another invocation works on may be repeated. */
const pause = 2;

/**
 * A route that takes an `Idempotency-Key`, as draft-ietf-httpapi-idempotency-key-header has it: a repetition with the
 * same body gets the same answer and does nothing twice; with another body it is refused with 422, while the first one
 * is being answered with 409. What ended early is gone on with: the work is done again and finds what it made.
 */
export function idempotentRoute<Spec extends RouteSpec>(
  spec: Spec,
  requests: () => RequestStore,
  work: (request: IdempotentRequest<Spec>) => Promise<IdempotentAnswer<Spec>>,
) {
  const name = routeKey(spec);
  const answer = async (event: APIGatewayProxyEventV2WithJWTAuthorizer): Promise<IdempotentAnswer<Spec>> => {
    const sent = readRequest(event);
    const request = admit(sent, spec);
    const key = keyIn(event);
    if (key === undefined) return work({ ...request, isRepeated: false });

    // As sent: another version of the schema must not make another request of it.
    const { subject, path, query, body } = sent;
    const requestId = uuidOf(JSON.stringify([subject, name, key]));
    const fingerprint = createHash('sha256')
      .update(canonicalJson([path, query, body ?? null]))
      .digest('hex');
    const store = requests();
    const begun = await store.begin(requestId, fingerprint);
    if (begun.is === 'another') throw keyReused();
    if (begun.is === 'held') throw stillAnswered();
    const isRepeated = begun.is === 'repeated';
    const outcome = isRepeated ? begun.outcome : undefined;
    try {
      const made = await work({ ...request, requestId, isRepeated, ...(outcome && { outcome }) });
      if (!outcome) await kept(store.end(requestId, fingerprint, made.outcome));
      return made;
    } catch (error) {
      const isUnusable = toChirpsmithError(error).name === 'BadInput';
      if (isUnusable && !isRepeated) await kept(store.forget(requestId, fingerprint));
      else if (!outcome) await kept(store.end(requestId, fingerprint, undefined));
      throw error;
    }
  };
  return answering(name, async (event) => completed(spec, await answer(event)));
}

/** The same for a route that is given what its spec uses; the store of the requests is among it. */
export function runIdempotentRoute<Spec extends RouteSpec>(
  spec: Spec,
  work: (request: IdempotentRequest<Spec>, deps: Deps<Spec>) => Promise<IdempotentAnswer<Spec>>,
  clients: Clients<Spec> & { readonly requests: () => RequestStore },
) {
  return idempotentRoute(spec, clients.requests, (request) => work(request, depsOf(clients)));
}

/** What was done is done: without this note a repetition does the work again, and finds what it made. */
const kept = (write: Promise<void>) =>
  write.catch((error: unknown) =>
    logger.warn('a request could not be noted', { error: toChirpsmithError(error) }),
  );

/** As it is, or as the quoted string that the draft asks for. */
function keyIn({ headers }: APIGatewayProxyEventV2WithJWTAuthorizer): string | undefined {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return undefined;
  const key = sent.trim().replace(/^"(.*)"$/s, '$1');
  if (/^[\x20-\x7e]{1,128}$/.test(key)) return key;
  const message = 'must have 1 to 128 printable ASCII characters: a UUID will do';
  throw new ChirpsmithError('BadInput', 'The request cannot be used.', {
    problems: [{ where: 'Idempotency-Key', message }],
  });
}

const keyReused = () =>
  new HttpRefusal(
    422,
    'The Idempotency-Key was sent with another request',
    'This Idempotency-Key was sent before with another body or another session: send a new key.',
  );

const stillAnswered = () =>
  new HttpRefusal(
    409,
    'The first request is still being answered',
    `A request with this Idempotency-Key is being answered at this moment: repeat it in ${pause} seconds.`,
    { name: 'RecordConflict', retryAfter: pause },
  );
