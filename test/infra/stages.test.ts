import { describe, expect, test } from 'vitest';
import { configured, synthesized } from './synthesized.ts';

/**
 * The templates of a stage, its name left out wherever it is a part of a name or a tag. Also left out are the keys of
 * the code, which without the bundles are hashes of paths; with them, they are hashes of what is in them.
 */
function templatesOf(stage: string, context: Readonly<Record<string, unknown>> = {}): unknown {
  const { storage, service } = synthesized(configured({ stage, ...context }));
  const text = JSON.stringify({ storage: storage.toJSON(), service: service.toJSON() });
  return JSON.parse(
    text
      // CDK names the permission of a rule's target after the stack, and puts a hash of that name behind it.
      .replaceAll(new RegExp(`AllowEventRulechirpsmith${stage}service(\\w+?)[0-9A-F]{8,}`, 'g'), 'Allow$1')
      .replaceAll(new RegExp(`\\b${stage}\\b`, 'g'), 'STAGE')
      .replaceAll(/"S3Key":"[0-9a-f]{64}\.zip"/g, '"S3Key":"CODE"'),
  );
}

/** Every value by the path to it. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const inside = Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${key}`));
  return inside.length === 0 ? [[path, JSON.stringify(value)]] : inside;
}

function difference(one: unknown, other: unknown): string[] {
  const [a, b] = [new Map(leaves(one)), new Map(leaves(other))];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path));
}

const dev = templatesOf('dev');

describe('the templates of stages dev and prod, made with no account', () => {
  test('are the same but for the name of the stage', () => {
    expect(difference(dev, templatesOf('prod'))).toEqual([]);
    expect(JSON.stringify(dev)).not.toMatch(/\b\d{12}\b/);
  });

  test('have nothing of a relay, and no secret for one, unless it is configured', () => {
    expect(JSON.stringify(dev)).toContain('chirpsmith/STAGE/provider-key');
    expect(JSON.stringify(dev)).not.toMatch(/relay/i);
  });

  test('differ where something is configured, and in nothing else', () => {
    const configuration = {
      logDays: 365,
      audioDays: 30,
      providerBaseUrl: 'https://other.example.com',
      relayBaseUrl: 'https://relay.example.com',
      allowedOrigins: 'https://app.example.com',
      jwtIssuer: 'https://id.example.com',
      jwtAudience: 'app',
      accessLogs: 'true',
      domainName: 'api.example.com',
      certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0f1e2d3c-0000-4000-8000-000000000000',
    };
    const where = {
      logDays: /^\/\w+\/Resources\/\w+\/Properties\/RetentionInDays$/,
      accessLogs:
        /^\/storage\/(Resources\/AccessLogs\w+\/|Outputs\/AccessLog|Resources\/Audio\w+\/Properties\/LoggingConfiguration\/)/,
      domainName: /^\/service\/(Resources\/SessionApiMapping|Outputs\/ApiUrl\/)/,
      certificateArn: /^\/storage\/(Resources\/ApiDomain|Outputs\/ApiDomainTarget)/,
      audioDays: /^\/storage\/Resources\/Audio\w+\/Properties\/LifecycleConfiguration\//,
      providerBaseUrl:
        /\/Environment\/Variables\/PROVIDER_(BASE|CREDITS)_URL$|^\/service\/Outputs\/ProviderBaseUrl\//,
      relayBaseUrl:
        /\/Environment\/Variables\/RELAY_|\/RelayKey\w+\/|Outputs\/Relay|\/(RequestMusic|CheckMusic|CopyAudio|CreatePersona)\w+\/Properties\/PolicyDocument\//,
      allowedOrigins:
        /^\/(storage\/Resources\/Audio\w+|service\/Resources\/SessionApi\w+)\/Properties\/(Cors|CorsConfiguration)|\/SessionApiPreflight/,
      jwtIssuer:
        /^\/storage\/Outputs\/(UserPool|TokenIssuer)|\/JwtConfiguration\/Issuer|\/Page(PeopleClient|SignInPage)\w+\/|\/ContentSecurityPolicy\//,
      jwtAudience: /\/JwtConfiguration\/Audience|\/Outputs\/PageClientId\//,
    } satisfies Record<keyof typeof configuration, RegExp>;
    const found = difference(dev, templatesOf('prod', configuration));
    const unexplained = found.filter((path) => !Object.values(where).some((known) => known.test(path)));
    expect(unexplained).toEqual([]);
    const unseen = Object.entries(where).filter(([, known]) => !found.some((path) => known.test(path)));
    expect(unseen).toEqual([]);
  });
});
