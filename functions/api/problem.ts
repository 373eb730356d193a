import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ChirpsmithError, type ErrorName, type Problem } from '../shared/errors.ts';
import type { ProblemAnswer } from './contract/problem.ts';

/** What an error of ours is in HTTP. Anything that is not the caller's to mend is a 500 without details. */
const statuses: Partial<Record<ErrorName, { status: number; title: string }>> = {
  BadInput: { status: 400, title: 'Invalid request' },
  SessionNotFound: { status: 404, title: 'Session not found' },
  NotPossible: { status: 409, title: "Not allowed in the session's current state" },
  NeedsDecision: { status: 409, title: 'A paid call is in doubt and needs a decision' },
  CreditsExhausted: { status: 402, title: 'Too few credits at the provider' },
  ProviderRefused: { status: 422, title: 'The provider rejected the request' },
  ProviderAuth: { status: 502, title: 'The provider rejected the API key' },
  ProviderContradiction: { status: 502, title: 'The provider gave contradictory answers' },
  ProviderThrottled: { status: 503, title: 'The provider throttled the call; nothing was charged' },
  ProviderUnreachable: { status: 503, title: 'The provider is unreachable; nothing was charged' },
  RecordConflict: { status: 409, title: 'The session was changed at the same time' },
  StorageUnavailable: { status: 503, title: 'A storage service is unavailable' },
};

/** What is wrong with a request for which HTTP has a status of its own. */
export class HttpRefusal extends ChirpsmithError {
  readonly status: number;
  readonly title: string;
  /** Seconds after which to ask again. */
  readonly retryAfter: number | undefined;

  constructor(
    status: number,
    title: string,
    detail: string,
    { name = 'BadInput', retryAfter }: { name?: ErrorName; retryAfter?: number } = {},
  ) {
    super(name, detail);
    this.status = status;
    this.title = title;
    this.retryAfter = retryAfter;
  }
}

/** Most problems in one response: a small body can hold a hundred thousand. */
export const mostProblems = 50;

/** The status of an error, and its title; 500 for everything that the caller cannot fix. */
export function statusOf(error: ChirpsmithError): { status: number; title: string } {
  if (error instanceof HttpRefusal) return { status: error.status, title: error.title };
  return statuses[error.name] ?? { status: 500, title: 'Internal error' };
}

/** What a client has said of the provider, without a secret in it: it may be shown with any status. */
const isProviders = ({ name }: ChirpsmithError) => name.startsWith('Provider');

/** An error as RFC 9457 problem details. A fault on our side shows no details. */
export function problemDetails(error: ChirpsmithError): APIGatewayProxyStructuredResultV2 {
  const { status, title } = statusOf(error);
  const told: readonly Problem[] = error.problems.slice(0, mostProblems);
  const more = error.problems.length - told.length;
  const body: ProblemAnswer = {
    type: `urn:chirpsmith:error:${error.name}`,
    title,
    status,
    detail:
      status >= 500 && !isProviders(error)
        ? 'The request can be repeated; the logs hold the reason.'
        : error.summary + (more > 0 ? ` Of its problems ${more} more are not listed.` : ''),
    ...(told.length > 0 ? { problems: [...told] } : {}),
  };
  const retryAfter = error instanceof HttpRefusal ? error.retryAfter : status === 503 ? 5 : undefined;
  const headers = {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  };
  return { statusCode: status, headers, body: JSON.stringify(body) };
}
