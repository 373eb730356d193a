import { Aws, CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Config, TokenRules } from '../config.ts';
import { signInPorts, signInRedirect } from '../sign-in-redirects.ts';
import { acknowledge } from './nag-suppressions.ts';

/** Days that an invitation's password can be used. */
const invitationDays = 7;
/** A token cannot be taken back at API Gateway, which asks nobody: so it is soon over (documented minimum: 5). */
export const accessMinutes = 15;
/** Days after which a person signs in again. */
export const refreshDays = 30;

/** Of every client: it runs on people's machines and in their browsers, where no secret can be kept. */
export const clientRules = {
  generateSecret: false,
  // What the page that people sign in at does it by.
  authFlows: { user: true },
  // A caller who tries names does not learn which of them exist.
  preventUserExistenceErrors: true,
  enableTokenRevocation: true,
} as const;

/** Unique in the region. At most 40 of the 63 characters that it may have. */
const domainPrefix = ({ stage }: Pick<Config, 'stage'>) => `chirpsmith-${stage}-${Aws.ACCOUNT_ID}`;

/** Where people of a stage's own pool sign in, and tokens are given. */
export const signInOrigin = (config: Pick<Config, 'stage'>) =>
  `https://${domainPrefix(config)}.auth.${Aws.REGION}.amazoncognito.com`;

/**
 * The people who may use a stage: a Cognito user pool that they join by invitation only, the page that they sign in at,
 * and the client that the command line signs in with. The pool is kept when the stack goes.
 */
export class People extends Construct {
  readonly #pool: UserPool;
  readonly #client: UserPoolClient;

  constructor(scope: Construct, id: string, { config }: { config: Config }) {
    super(scope, id);
    this.#pool = new UserPool(this, 'Pool', {
      userPoolName: `chirpsmith-${config.stage}`,
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(invitationDays),
      },
      // The page has a person set up an authenticator app at the first sign-in, but only where it is required. A stolen
      // password then spends no credits.
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { sms: false, otp: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      this.#pool,
      'COG8',
      'Threat protection is in the Plus plan, which costs more than all the rest of this product.',
    );

    this.#client = this.#pool.addClient('Client', {
      userPoolClientName: `chirpsmith-${config.stage}`,
      ...clientRules,
      // Authorization code; Cognito checks PKCE where the code was asked for with it.
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: signInPorts.map(signInRedirect),
      },
      accessTokenValidity: Duration.minutes(accessMinutes),
      idTokenValidity: Duration.minutes(accessMinutes),
      refreshTokenValidity: Duration.days(refreshDays),
    });

    this.#pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: domainPrefix(config) },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    // Without a style the page is not there.
    new CfnManagedLoginBranding(this, 'SignInPage', {
      userPoolId: this.#pool.userPoolId,
      clientId: this.#client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
  }

  /** What the stack of the API imports. */
  get exported(): readonly string[] {
    return [this.#pool.userPoolProviderUrl, this.#client.userPoolClientId, this.#pool.userPoolId];
  }

  get userPoolId(): string {
    return this.#pool.userPoolId;
  }

  /**
   * Tells where people sign in, by the outputs of the stack.
   * @returns what the API asks of a token. Cognito's access tokens name the client in `client_id` and have no `aud`; API
   *   Gateway then takes `client_id` for it (its developer guide, "Control access to HTTP APIs with JWT authorizers",
   *   under "Validate claims")
   */
  tell(): TokenRules {
    const tell = (id: string, value: string) => new CfnOutput(this, id, { value }).overrideLogicalId(id);
    tell('UserPoolId', this.#pool.userPoolId);
    tell('UserPoolClientId', this.#client.userPoolClientId);
    return { issuer: this.#pool.userPoolProviderUrl, audience: [this.#client.userPoolClientId] };
  }
}
