import { describe, expect, it } from 'vitest';
import { ChirpsmithError } from '../../../functions/shared/errors.ts';
import { examined, failing } from './world.ts';

describe('the lines about AWS', () => {
  const arn = 'arn:aws:iam::111122223333:user/op';
  const caller = async () => ({ account: '111122223333', arn });
  const refusal = () =>
    Promise.reject(new ChirpsmithError('AccessDenied', 'AWS refuses the credentials (ExpiredToken).'));
  it('are left out where nothing is known of it', async () => {
    const { of } = await examined({ identity: caller });
    expect(of('AWS')).toBeUndefined();
    expect(of('Stage')).toBeUndefined();
    const elsewhere = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_ENDPOINT_URL_S3: 'https://s3.example.com' };
    expect((await examined({ env: elsewhere, identity: caller })).of('AWS')).toBeUndefined();
  });

  it.each([
    [
      'a profile',
      { env: { AWS_PROFILE: 'work', AWS_REGION: 'eu-west-1' }, identity: caller },
      'ok',
      `${arn} in eu-west-1.`,
    ],
    ["AWS's files", { hasSharedAwsFiles: () => true, identity: caller }, 'ok', `${arn} in us-east-1.`],
    [
      'a session that has ended',
      { env: { AWS_PROFILE: 'work' }, identity: refusal },
      'warning',
      'AWS refuses the credentials (ExpiredToken).',
    ],
    [
      'a profile without credentials',
      { env: { AWS_PROFILE: 'work' } },
      'warning',
      'The shell has no AWS credentials.',
    ],
  ])('with %s', async (_, changes, result, seen) => {
    const { of, code } = await examined(changes);
    expect(of('AWS')).toMatchObject({ result, seen });
    expect(code).toBe(0);
  });

  it('of a stage that is not known here keep commands from working', async () => {
    const { of, code } = await examined({}, 'prod');
    expect(of('AWS')).toMatchObject({ result: 'failed', seen: 'The shell has no AWS credentials.' });
    expect(of('Stage')).toMatchObject({
      result: 'failed',
      seen: expect.stringContaining('npx chirpsmith deploy --stage prod'),
    });
    expect(code).toBe(1);
  });

  it('of a stage name its API, or why it cannot be reached', async () => {
    const env = { CHIRPSMITH_API_URL: 'https://abc.example.com/' };
    const there = await examined({ env, identity: caller }, 'prod');
    expect(there.of('Stage')).toMatchObject({
      result: 'ok',
      seen: 'Stage prod: https://abc.example.com/ answers.',
    });
    const gone = await examined({ env, identity: caller, fetch: failing('ENOTFOUND') }, 'prod');
    expect(gone.of('Stage')).toMatchObject({
      result: 'failed',
      seen: 'The name abc.example.com leads nowhere (ENOTFOUND).',
    });
  });
});
