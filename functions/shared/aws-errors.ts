import { awsErrorWords, foreignAnswer, httpStatusOf } from './aws-answer.ts';
import { ChirpsmithError } from './errors.ts';

const busy =
  /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|InternalServer|InternalFailure|ServiceUnavailable|TimeoutError|ECONNRE|EPIPE/;
const forbidden = /AccessDenied|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|NotAuthorized/;

/** Longest text of an error that is not ours, in characters: a machine's state carries several of them. */
export const longestForeignMessage = 1000;

function short(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= longestForeignMessage) return text;
  return `${characters.slice(0, longestForeignMessage - 1).join('')}…`;
}

/**
 * Gives an error of an AWS client its name in the closed set; an error that has one already is returned as it is.
 * `RecordConflict` for a failed condition, `AccessDenied` with the service's own words (they name the
 * function, the action and the resource), `StorageUnavailable` for what time heals, else `Unexpected`.
 */
export function toChirpsmithError(error: unknown): ChirpsmithError {
  if (error instanceof ChirpsmithError) return error;
  if (!(error instanceof Error)) return new ChirpsmithError('Unexpected', short(String(error)));
  // A proxy or a wrong endpoint: time may heal it, and no permission does.
  if (foreignAnswer(error)) {
    return new ChirpsmithError('StorageUnavailable', awsErrorWords(error), { cause: error });
  }
  const status = httpStatusOf(error) ?? 0;
  if (error.name === 'ConditionalCheckFailedException') {
    return new ChirpsmithError('RecordConflict', 'Another process changed the record first.', {
      cause: error,
    });
  }
  // By its words too: Powertools wraps what the service said into an error of another name.
  if (forbidden.test(error.name) || status === 403 || /is not authorized to perform/.test(error.message)) {
    return new ChirpsmithError('AccessDenied', short(error.message), { cause: error });
  }
  if (busy.test(error.name) || status >= 500) {
    return new ChirpsmithError('StorageUnavailable', short(`${error.name}: ${error.message}`), {
      cause: error,
    });
  }
  return new ChirpsmithError('Unexpected', short(`${error.name}: ${error.message}`), { cause: error });
}

/** An answer of an AWS client; its error has a name of the closed set. @throws ChirpsmithError see {@link toChirpsmithError} */
export async function named<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toChirpsmithError(error);
  }
}
