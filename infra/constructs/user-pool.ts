import { CfnOutput, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccountRecovery, Mfa, UserPool, type UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Config, TokenRules } from '../config.ts';
import { acknowledge } from './nag-suppressions.ts';

/** Days that an invitation's password can be used. */
const invitationDays = 7;
/** A token cannot be taken back at API Gateway, which asks nobody: so it is soon over (documented minimum: 5). */
const accessMinutes = 15;
/** Days after which a person signs in again. */
const refreshDays = 30;

/**
 * The people who may use a stage: a Cognito user pool that nobody can join by himself, and the client that the
 * command line and a web page sign in with. It is kept when the stack goes.
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
      // There is no page on which a person could set up an authenticator app, so no second factor is offered.
      mfa: Mfa.OFF,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      this.#pool,
      'COG2',
      'Nobody could enrol: there is no page to set up a second factor on. Who needs one brings an issuer (jwtIssuer).',
    );
    acknowledge(
      this.#pool,
      'COG8',
      'Threat protection is in the Plus plan, which costs more than all the rest of this product.',
    );

    this.#client = this.#pool.addClient('Client', {
      userPoolClientName: `chirpsmith-${config.stage}`,
      // It runs on people's machines and in their browsers, where no secret can be kept.
      generateSecret: false,
      // The password itself is never sent: SRP proves that it is known.
      authFlows: { userSrp: true },
      disableOAuth: true,
      // Whoever tries names does not learn which of them exist.
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(accessMinutes),
      idTokenValidity: Duration.minutes(accessMinutes),
      refreshTokenValidity: Duration.days(refreshDays),
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
