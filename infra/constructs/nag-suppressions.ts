import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why a finding of cdk-nag's AwsSolutions pack is right as it is, for this construct and below. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** The same for a finding of its Serverless pack. */
export function acknowledgeServerless(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `Serverless-${rule}`, reason });
}

/**
 * Says why a policy of this construct names more than one resource. cdk-nag makes each wildcard a finding of
 * its own, named after the resource as the template writes it.
 */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  acknowledge(construct, `IAM5[Resource::${flatten(Stack.of(construct).resolve(resource))}]`, reason);
}

/** A resolved ARN as cdk-nag writes it: `arn:<AWS::Partition>:s3:::…`, `<LogicalId.Arn>`. */
export function flatten(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument;
    return Array.isArray(parts) ? parts.map(flatten).join(String(separator)) : '';
  }
  if (name === 'Fn::ImportValue') return String(argument);
  if (name === 'Ref') return `<${String(argument)}>`;
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `<${argument.join('.')}>`;
  return JSON.stringify(value);
}
