import { describe, expect, test } from 'vitest';
import { readConfig } from '../../infra/config.ts';

function read(context: Record<string, unknown> = {}, environment: Record<string, string> = {}) {
  return readConfig({ context: (name) => context[name], environment });
}

describe('the configuration', () => {
  test('is complete with nothing configured: stage dev, the real provider, a user pool of its own', () => {
    expect(read()).toMatchObject({
      stage: 'dev',
      region: 'us-east-1',
      providerBaseUrl: 'https://api.mountsea.ai',
      relayBaseUrl: undefined,
      allowedOrigins: [],
      tokens: undefined,
      audioDays: 90,
      logDays: 30,
    });
  });

  test('has the local issuer at stage local', () => {
    expect(read({ stage: 'local' })).toMatchObject({
      tokens: { issuer: 'https://issuer.chirpsmith.local', audience: ['chirpsmith'] },
    });
  });

  test('has a relay where one is named, and at stage local, where the sandbox plays it', () => {
    const relayBaseUrl = 'https://relay.example.com/';
    expect(read({ stage: 'prod', relayBaseUrl }).relayBaseUrl).toBe('https://relay.example.com');
    expect(read({ stage: 'local' }).relayBaseUrl).toMatch(/^https:/);
    expect(() => read({ relayBaseUrl: 'relay' })).toThrow(
      /relayBaseUrl: must be an http\(s\) URL \(set -c relayBaseUrl=… or CHIRPSMITH_RELAY_BASE_URL\)/,
    );
    // The stack of one machine takes no -c.
    expect(() => read({ stage: 'local', relayBaseUrl: 'relay' })).toThrow(
      /relayBaseUrl: must be an http\(s\) URL \(set CHIRPSMITH_RELAY_BASE_URL\)/,
    );
  });

  test('wants an issuer and its audience together, and says how to give what is missing', () => {
    expect(() => read({ stage: 'prod', jwtIssuer: 'https://id.example.com' })).toThrow(
      /jwtAudience: is required beside jwtIssuer \(set -c jwtAudience=… or CHIRPSMITH_JWT_AUDIENCE\)/,
    );
    expect(() => read({ jwtAudience: 'app' })).toThrow(/jwtIssuer: is required beside jwtAudience/);
  });

  test('wants a domain name and its certificate together, of the same region', () => {
    const certificateArn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0f1e';
    const own = { domainName: 'api.example.com', certificateArn };
    expect(read({ region: 'eu-west-1', ...own }).domain).toEqual({ name: 'api.example.com', certificateArn });
    expect(read().domain).toBeUndefined();
    expect(() => read({ domainName: 'api.example.com' })).toThrow(
      /certificateArn: is required beside domainName/,
    );
    expect(() => read({ region: 'us-east-1', ...own })).toThrow(
      /certificateArn: is of a certificate in eu-west-1, and the API is in us-east-1/,
    );
    expect(() => read({ ...own, domainName: 'https://api.example.com' })).toThrow(
      /domainName: must be a host name/,
    );
  });

  test('reads text from the command line and from the environment, the command line first', () => {
    const config = read(
      {
        stage: 'prod',
        jwtIssuer: 'https://id.example.com/',
        allowedOrigins: 'https://a.example, https://b.example',
      },
      { CHIRPSMITH_STAGE: 'staging', CHIRPSMITH_JWT_AUDIENCE: 'one,two', CHIRPSMITH_AUDIO_DAYS: '30' },
    );
    expect(config).toMatchObject({
      stage: 'prod',
      tokens: { issuer: 'https://id.example.com/', audience: ['one', 'two'] },
      allowedOrigins: ['https://a.example', 'https://b.example'],
      audioDays: 30,
    });
  });

  test('takes only what differs from the default settings', () => {
    const { settings, audioDays } = read({ settings: '{"limits":{"concurrency":3},"retentionDays":7}' });
    expect(settings.limits).toMatchObject({ concurrency: 3, maxTracks: 100 });
    expect(audioDays).toBe(7);
  });

  test('asks whose the recordings are, unless the stage says otherwise, by a field of its own', () => {
    expect(read().settings.rightsQuestion).toBe(true);
    expect(read({ rightsQuestion: 'false' }).settings.rightsQuestion).toBe(false);
    expect(read({}, { CHIRPSMITH_RIGHTS_QUESTION: 'false' }).settings.rightsQuestion).toBe(false);
    const file = () => ({ rightsQuestion: false });
    const ofFile = readConfig({ context: () => undefined, environment: {}, file });
    expect(ofFile.settings.rightsQuestion).toBe(false);
    expect(() => read({ rightsQuestion: 'no' })).toThrow(/rightsQuestion: .*set -c rightsQuestion=/);
    expect(() => read({ settings: '{"rightsQuestion":false}' })).toThrow(/settings: .*rightsQuestion/);
  });

  test('follows the region of the shell, but not at stage local, whose data would seem to be gone', () => {
    const shell = { AWS_REGION: 'eu-central-1' };
    expect(read({}, shell).region).toBe('eu-central-1');
    expect(read({ stage: 'local' }, shell).region).toBe('us-east-1');
    expect(read({ stage: 'local', region: 'eu-west-1' }, shell).region).toBe('eu-west-1');
  });

  test('takes what no flag or variable names from the file of the stage', () => {
    const file = (stage: string) =>
      stage === 'prod' ? { logDays: 90, audioDays: 30, region: 'eu-west-1' } : {};
    const context: Record<string, unknown> = { stage: 'prod', audioDays: '14' };
    const source = {
      context: (name: string) => context[name],
      environment: { AWS_REGION: 'us-west-2' },
      file,
    };
    expect(readConfig(source)).toMatchObject({ logDays: 90, audioDays: 14, region: 'eu-west-1' });
    expect(readConfig({ ...source, context: () => undefined })).toMatchObject({ stage: 'dev', logDays: 30 });
  });

  test('refuses a field of the file that there is not', () => {
    const source = { context: () => undefined, environment: {}, file: () => ({ logdays: 90 }) };
    expect(() => readConfig(source)).toThrow(/- logdays: the file of stage dev has a field of this name/);
  });

  test('reserves nothing when it is set to none, for an account with a low quota', () => {
    const { reservedConcurrency } = read({ reservedConcurrency: 'none', accountConcurrency: '10' });
    expect(Object.values(reservedConcurrency).every((reserved) => reserved === 0)).toBe(true);
    expect(() => read({ accountConcurrency: '10' })).toThrow(
      /or reserve nothing \(-c reservedConcurrency=none\)/,
    );
  });

  test.each([
    [{ stage: 'Prod!' }, /- stage: must be 1 to 16 of/],
    [{ stage: 'aws-test' }, /- stage: must not contain aws, amazon or cognito/],
    [{ region: 'europe' }, /- region: must be the name of an AWS region/],
    [{ region: 'cn-north-1' }, /- region: must be in the partition aws/],
    [{ region: 'us-gov-west-1' }, /- region: must be in the partition aws/],
    [{ settings: '{"urls":{"download":61}}' }, /- settings\.urls\.download: /],
    [{ providerBaseUrl: 'ftp://x' }, /- providerBaseUrl: must be an http\(s\) URL/],
    [{ allowedOrigins: 'http://127.0.0.1:*' }, /- allowedOrigins\.0: must be an origin/],
    [{ allowedOrigins: '*' }, /- allowedOrigins\.0: must be an origin/],
    [{ jwtIssuer: 'http://insecure.example' }, /- jwtIssuer: must be an https URL/],
    [{ logDays: '31' }, /- logDays: /],
    [{ audioDays: 'soon' }, /- audioDays: /],
    [{ audioDays: '91' }, /- audioDays: must be at most 90: Step Functions forgets/],
    [{ settings: '{limits}' }, /- settings: /],
    [{ settings: '{"limits":{"minClips":2}}' }, /- settings\.limits\.minClips: /],
    [{ settings: '{"limts":{}}' }, /- settings: .*limts/],
  ])('names the field that cannot be used: %j', (context, message) => {
    expect(() => read(context)).toThrow(message);
  });
});
