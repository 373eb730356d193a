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
const accessMinutes = 15;
/** Days after which a person signs in again. */
const refreshDays = 30;

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
      // It runs on people's machines and in their browsers, where no secret can be kept.
      generateSecret: false,
      // Authorization code; Cognito checks PKCE where the code was asked for with it.
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: signInPorts.map(signInRedirect),
      },
      // What the page itself signs in by.
      authFlows: { user: true },
      // Whoever tries names does not learn which of them exist.
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(accessMinutes),
      idTokenValidity: Duration.minutes(accessMinutes),
      refreshTokenValidity: Duration.days(refreshDays),
    });

    this.#pool.addDomain('Domain', {
      // Unique in the region. At most 40 of the 63 characters that it may have.
      cognitoDomain: { domainPrefix: `chirpsmith-${config.stage}-${Aws.ACCOUNT_ID}` },
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
    return [this.#pool.userPoolProviderUrl, this.#client.userPoolClientId];
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
