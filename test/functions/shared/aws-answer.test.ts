import { describe, expect, it } from 'vitest';
import { awsErrorWords, ownEndpoint } from '../../../functions/shared/aws-answer.ts';
import { toChirpsmithError } from '../../../functions/shared/aws-errors.ts';

/** As the SDK throws what it cannot read. */
const unread = (status: number, type: string, body?: string) =>
  Object.assign(new Error('@aws-sdk XML parse error.\n  Deserialization error: to see the raw response'), {
    $metadata: { httpStatusCode: status },
    $response: { statusCode: status, headers: { 'content-type': type }, body: {} },
    ...(body === undefined ? {} : { $responseBodyText: body }),
  });
const named = (name: string, message: string, status: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });

describe('the words of an error of the SDK', () => {
  it.each<[string, unknown, string]>([
    [
      'the service’s own',
      named('NoSuchBucket', 'It is not there.', 404),
      'HTTP 404 NoSuchBucket: It is not there.',
    ],
    ['an answer without a body', named('NotFound', 'UnknownError', 404), 'HTTP 404 NotFound'],
    ['an answer of which only the status is known', named('Unknown', 'UnknownError', 503), 'HTTP 503'],
    ['the same by its other name', named('UnknownError', 'Unknown', 503), 'HTTP 503'],
    [
      'a page',
      unread(403, 'text/html; charset=utf-8', '\n<!DOCTYPE html>\n<p>'),
      'HTTP 403 (text/html): "<!DOCTYPE html>", which is no answer of AWS',
    ],
    ['a page that is not kept', unread(200, 'text/html'), 'HTTP 200 (text/html), which is no answer of AWS'],
    ['the connection', new Error('connect ECONNREFUSED 127.0.0.1:1'), 'connect ECONNREFUSED 127.0.0.1:1'],
    ['no error at all', 'text', 'text'],
    [
      'a link with its signature',
      unread(502, 'text/plain', `see https://a/?X-Amz-Signature=${'a1'.repeat(32)} AKIA0123456789ABCDEF`),
      'HTTP 502 (text/plain): "see https://a/?… …", which is no answer of AWS',
    ],
  ])('say %s', (_, error, words) => expect(awsErrorWords(error)).toBe(words));
});

it('a page in the place of AWS is no lack of a permission: a later run may pass', () => {
  const error = toChirpsmithError(unread(403, 'text/html', '<p>Blocked</p>'));
  expect(error).toMatchObject({
    name: 'StorageUnavailable',
    summary: 'HTTP 403 (text/html): "<p>Blocked</p>", which is no answer of AWS',
  });
});

it('the variable of a service comes before the one of all', () => {
  const env = { AWS_ENDPOINT_URL: 'https://all.test', AWS_ENDPOINT_URL_STS: 'https://sts.test:8443/x' };
  expect(ownEndpoint('STS', env)).toEqual({ setting: 'AWS_ENDPOINT_URL_STS', host: 'sts.test:8443' });
  expect(ownEndpoint('S3', env)).toEqual({ setting: 'AWS_ENDPOINT_URL', host: 'all.test' });
  expect(ownEndpoint('S3', {})).toBeUndefined();
});
