import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { configured, propertiesOf, synthesized } from './synthesized.ts';

const { storage, service } = synthesized(configured({ stage: 'prod' }));

describe('the people of a stage with no issuer configured', () => {
  test('are invited, never join by themselves, and recover by e-mail', () => {
    storage.hasResourceProperties('AWS::Cognito::UserPool', {
      UserPoolName: 'chirpsmith-prod',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
      DeletionProtection: 'ACTIVE',
    });
    storage.allResources('AWS::Cognito::UserPool', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('have long passwords and an authenticator app, which the page has them set up because it is required', () => {
    storage.hasResourceProperties('AWS::Cognito::UserPool', {
      Policies: {
        PasswordPolicy: {
          MinimumLength: 14,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          TemporaryPasswordValidityDays: 7,
        },
      },
      MfaConfiguration: 'ON',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    });
  });

  test('sign in by a code that comes back to their own machine, with tokens that are soon over and can be revoked', () => {
    storage.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      GenerateSecret: false,
      ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      CallbackURLs: [
        'http://localhost:28751/signed-in',
        'http://localhost:28752/signed-in',
        'http://localhost:28753/signed-in',
      ],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      AccessTokenValidity: 15,
      IdTokenValidity: 15,
      RefreshTokenValidity: 30 * 24 * 60,
      TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'minutes' },
    });
  });

  test('have a page to sign in at, whose domain no other account or stage of a region has', () => {
    const client = { Ref: Match.stringLikeRegexp('^PeoplePoolClient') };
    storage.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
      Domain: { 'Fn::Join': ['', ['chirpsmith-prod-', { Ref: 'AWS::AccountId' }]] },
      ManagedLoginVersion: 2,
    });
    storage.hasResourceProperties('AWS::Cognito::ManagedLoginBranding', {
      ClientId: client,
      UseCognitoProvidedValues: true,
    });
  });

  test("are the ones whose tokens the API takes: the pool's, for the command line and the page", () => {
    const [authorizer] = Object.values(propertiesOf(service, 'AWS::ApiGatewayV2::Authorizer'));
    expect(authorizer?.JwtConfiguration).toEqual({
      Issuer: { 'Fn::ImportValue': expect.stringMatching(/PeoplePool\w*ProviderURL/) },
      Audience: [
        { 'Fn::ImportValue': expect.stringMatching(/PeoplePoolClient/) },
        { Ref: expect.stringMatching(/^PagePeopleClient/) },
      ],
    });
  });

  test('are found by the outputs UserPoolId, UserPoolClientId and TokenIssuer', () => {
    const { UserPoolId, UserPoolClientId, TokenIssuer } = storage.findOutputs('*');
    expect({ UserPoolId, UserPoolClientId, TokenIssuer }).toEqual({
      UserPoolId: { Value: { Ref: expect.stringMatching(/^PeoplePool/) } },
      UserPoolClientId: { Value: { Ref: expect.stringMatching(/^PeoplePoolClient/) } },
      TokenIssuer: { Value: { 'Fn::GetAtt': [expect.stringMatching(/^PeoplePool/), 'ProviderURL'] } },
    });
  });
});

test.each([
  ['the local stage', {}, 'https://issuer.chirpsmith.local', ['chirpsmith'], 0],
  [
    'a stage with an issuer configured',
    { stage: 'prod', jwtIssuer: 'https://id.example.com', jwtAudience: 'app,cli' },
    'https://id.example.com',
    ['app', 'cli'],
    1,
  ],
])('%s takes no tokens of a user pool, and tells of none', (_, context, issuer, audience, pools) => {
  const stacks = synthesized(configured(context));
  const [authorizer] = Object.values(propertiesOf(stacks.service, 'AWS::ApiGatewayV2::Authorizer'));
  expect(authorizer?.JwtConfiguration).toEqual({ Issuer: issuer, Audience: audience });
  expect(stacks.storage.findOutputs('TokenIssuer')).toEqual({ TokenIssuer: { Value: issuer } });
  expect(stacks.storage.findOutputs('UserPoolId')).toEqual({});
  // It stays where it was used once, because the API's stack may still import from it.
  expect(Object.keys(stacks.storage.findResources('AWS::Cognito::UserPool'))).toHaveLength(pools);
});
