import { createHash } from 'node:crypto';

/** Where a resource lives, for its names and ARNs. */
export interface Place {
  readonly stack: string;
  readonly region: string;
  readonly account: string;
}

/** What `Ref` and `Fn::GetAtt` of one resource give. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Invents what AWS would have made up: well formed, and the same at every start, so that data on disk is
 * found again. Returns undefined for a type that has no identity here.
 * @param given the resource's own name, where the template sets one
 * @param owner what it belongs to and is named after, where the template sets that: a rule's bus
 */
export function identityOf(
  type: string,
  logicalId: string,
  given: string | undefined,
  { stack, region, account }: Place,
  owner?: string,
): Identity | undefined {
  const hash = createHash('sha256').update(`${stack}/${logicalId}`).digest('hex');
  const named = (longest: number) =>
    given ?? `${`${stack}-${logicalId}`.slice(0, longest - 13)}-${hash.slice(0, 12)}`;
  const shortId = hash.replace(/[^a-z0-9]/g, '').slice(0, 10);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;

  switch (type) {
    case 'AWS::S3::Bucket': {
      // Bucket names are lower case and at most 63 characters.
      const name = given ?? named(63).toLowerCase();
      return {
        ref: name,
        attributes: {
          Arn: `arn:aws:s3:::${name}`,
          DomainName: `${name}.s3.amazonaws.com`,
          RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        },
      };
    }
    case 'AWS::DynamoDB::Table':
    case 'AWS::DynamoDB::GlobalTable': {
      const name = named(100);
      return { ref: name, attributes: { Arn: arn('dynamodb', `table/${name}`) } };
    }
    case 'AWS::SecretsManager::Secret': {
      // Secrets Manager ends the ARN, not the name, with six characters of its own.
      const id = arn('secretsmanager', `secret:${named(100)}-${hash.slice(12, 18)}`);
      return { ref: id, attributes: { Id: id } };
    }
    case 'AWS::IAM::Role': {
      const name = named(64);
      return {
        ref: name,
        attributes: {
          Arn: `arn:aws:iam::${account}:role/${name}`,
          RoleId: `AROA${hash.slice(0, 17).toUpperCase()}`,
        },
      };
    }
    case 'AWS::Lambda::Function': {
      const name = named(64);
      return { ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    }
    case 'AWS::StepFunctions::StateMachine': {
      const name = named(80);
      const id = arn('states', `stateMachine:${name}`);
      return { ref: id, attributes: { Arn: id, Name: name } };
    }
    case 'AWS::Events::Rule': {
      const name = named(64);
      const bus = owner?.replace(/^.*:event-bus\//, '') ?? 'default';
      if (bus === 'default') return { ref: name, attributes: { Arn: arn('events', `rule/${name}`) } };
      return { ref: `${bus}|${name}`, attributes: { Arn: arn('events', `rule/${bus}/${name}`) } };
    }
    case 'AWS::Events::EventBus': {
      const name = named(256);
      return { ref: name, attributes: { Arn: arn('events', `event-bus/${name}`), Name: name } };
    }
    case 'AWS::SQS::Queue': {
      const name = named(80);
      const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
      return { ref: url, attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url } };
    }
    case 'AWS::ApiGatewayV2::Api':
      return {
        ref: shortId,
        attributes: {
          ApiId: shortId,
          ApiEndpoint: `https://${shortId}.execute-api.${region}.amazonaws.com`,
        },
      };
    case 'AWS::ApiGatewayV2::DomainName':
      return {
        ref: given ?? shortId,
        attributes: { RegionalDomainName: `d-${shortId}.execute-api.${region}.amazonaws.com` },
      };
    case 'AWS::ApiGatewayV2::Stage':
      return { ref: given ?? '$default', attributes: {} };
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Route':
      return { ref: shortId, attributes: {} };
    case 'AWS::ApiGatewayV2::Authorizer':
      return { ref: shortId, attributes: { AuthorizerId: shortId } };
    case 'AWS::CloudFront::Distribution': {
      const id = `E${shortId.toUpperCase()}`;
      return { ref: id, attributes: { Id: id, DomainName: `${shortId}.cloudfront.net` } };
    }
    case 'AWS::CloudFront::OriginAccessControl':
    case 'AWS::CloudFront::ResponseHeadersPolicy':
      return { ref: shortId, attributes: { Id: shortId } };
    case 'AWS::Logs::LogGroup': {
      const name = named(200);
      return { ref: name, attributes: { Arn: `${arn('logs', `log-group:${name}`)}:*` } };
    }
    default:
      return undefined;
  }
}

/** The property that, by type, sets a resource's own name. */
export const nameProperty: Readonly<Record<string, string>> = {
  'AWS::S3::Bucket': 'BucketName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::ApiGatewayV2::DomainName': 'DomainName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};

/** The property that, by type, names what a resource belongs to. */
export const ownerProperty: Readonly<Record<string, string>> = { 'AWS::Events::Rule': 'EventBusName' };
