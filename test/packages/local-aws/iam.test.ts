import { expect, test } from 'vitest';
import type { Statement } from '../../../packages/local-aws/assembly.ts';
import { AwsError } from '../../../packages/local-aws/aws-error.ts';
import { decide } from '../../../packages/local-aws/iam/evaluation.ts';
import { createAccess } from '../../../packages/local-aws/iam.ts';
import { first, smallAssembly } from './assembly-fixture.ts';

const allow = (actions: string[], resources: string[], conditions = {}): Statement => ({
  effect: 'Allow',
  actions,
  resources,
  conditions,
});
const deny = (actions: string[], resources: string[]): Statement => ({
  ...allow(actions, resources),
  effect: 'Deny',
});
const table = 'arn:aws:dynamodb:us-east-1:123456789012:table/sessions';

test.each<[string, Statement[], string, string, string]>([
  ['nothing allows it', [], 'dynamodb:GetItem', table, 'not allowed'],
  [
    'action and resource are named',
    [allow(['dynamodb:GetItem'], [table])],
    'dynamodb:GetItem',
    table,
    'allowed',
  ],
  [
    'another action is named',
    [allow(['dynamodb:PutItem'], [table])],
    'dynamodb:GetItem',
    table,
    'not allowed',
  ],
  ['* in the action', [allow(['dynamodb:Get*'], [table])], 'dynamodb:GetItem', table, 'allowed'],
  [
    'actions differ in case only',
    [allow(['DynamoDB:getitem'], [table])],
    'dynamodb:GetItem',
    table,
    'allowed',
  ],
  [
    'resources differ in case',
    [allow(['*'], [table])],
    'dynamodb:GetItem',
    table.replace('s', 'S'),
    'not allowed',
  ],
  ['the table, not its index', [allow(['*'], [table])], 'dynamodb:Query', `${table}/index/a`, 'not allowed'],
  [
    '* in the resource',
    [allow(['*'], [`${table}/index/*`])],
    'dynamodb:Query',
    `${table}/index/a`,
    'allowed',
  ],
  ['? is one character', [allow(['*'], ['arn:?'])], 's3:GetObject', 'arn:a', 'allowed'],
  ['? is not none', [allow(['*'], ['arn:?'])], 's3:GetObject', 'arn:', 'not allowed'],
  ['a dot is only a dot', [allow(['*'], ['a.b'])], 's3:GetObject', 'axb', 'not allowed'],
  ['Deny wins over Allow', [allow(['*'], ['*']), deny(['s3:*'], ['*'])], 's3:GetObject', 'arn:a', 'denied'],
  [
    'Deny of something else',
    [allow(['*'], ['*']), deny(['s3:*'], ['x'])],
    's3:GetObject',
    'arn:a',
    'allowed',
  ],
])('%s', (_, statements, action, resource, decision) => {
  expect(decide(statements, action, resource, {}).decision).toBe(decision);
});

test('a condition holds for any of its values, and not for a request without the key', () => {
  const statements = [
    allow(['s3:ListBucket'], ['*'], { StringLike: { 's3:prefix': ['audio/*', 'logs/*'] } }),
  ];
  const list = (context: Record<string, string>) =>
    decide(statements, 's3:ListBucket', 'arn:a', context).decision;
  expect(list({ 's3:prefix': 'logs/x' })).toBe('allowed');
  expect(list({ 's3:prefix': 'other/x' })).toBe('not allowed');
  expect(list({})).toBe('not allowed');
});

const sources = { 'ForAllValues:StringEquals': { 'events:source': ['ours', 'also ours'] } };
const there = { Null: { 'events:source': 'false' } };
test.each<[string, object, Record<string, string[]>, string]>([
  [
    'of ForAllValues holds when all values are right',
    sources,
    { 'events:source': ['also ours', 'ours'] },
    'allowed',
  ],
  [
    'of ForAllValues fails for one wrong value',
    sources,
    { 'events:source': ['ours', 'theirs'] },
    'not allowed',
  ],
  ['of ForAllValues holds without the key', sources, {}, 'allowed'],
  ['of ForAllValues holds for a key without values', sources, { 'events:source': [] }, 'allowed'],
  ['of Null false fails without the key', { ...sources, ...there }, {}, 'not allowed'],
  [
    'of Null false fails for a key without values',
    { ...sources, ...there },
    { 'events:source': [] },
    'not allowed',
  ],
  ['of Null false holds with the key', { ...sources, ...there }, { 'events:source': ['ours'] }, 'allowed'],
  ['of Null true holds without the key', { Null: { 'events:source': 'true' } }, {}, 'allowed'],
  [
    'of Null true fails with the key',
    { Null: { 'events:source': 'true' } },
    { 'events:source': ['a'] },
    'not allowed',
  ],
  [
    'of ForAnyValue holds for one right value',
    { 'ForAnyValue:StringEquals': { 'events:source': 'ours' } },
    { 'events:source': ['theirs', 'ours'] },
    'allowed',
  ],
  [
    'of ForAnyValue fails without the key',
    { 'ForAnyValue:StringEquals': { 'events:source': 'ours' } },
    {},
    'not allowed',
  ],
])('a condition %s', (_, conditions, context, decision) => {
  const statements = [allow(['events:PutEvents'], ['*'], conditions)];
  expect(decide(statements, 'events:PutEvents', 'arn:bus', context).decision).toBe(decision);
});

test.each([
  [{ StringEquals: { 'events:source': 'ours' } }, 'so StringEquals must be ForAllValues:StringEquals or'],
  [{ 'ForAllValues:StringLike': { 's3:prefix': 'a/*' } }, 'so ForAllValues:StringLike must be StringLike'],
  [
    { 'ForAllValues:Null': { 's3:prefix': 'false' } },
    'the condition operator ForAllValues:Null is not known',
  ],
])('a condition that AWS decides otherwise than it reads stops the start: %j', (conditions, message) => {
  const assembly = smallAssembly();
  const role = { ...first(assembly.roles), statements: [allow(['*'], ['*'], conditions)] };
  expect(() => createAccess({ ...assembly, roles: [role] })).toThrow(message);
});

test.each([
  ['operator', { NumericLessThan: { 's3:max-keys': '10' } }, 'the condition operator NumericLessThan'],
  ['key', { StringEquals: { 'aws:PrincipalOrgID': 'o' } }, 'the condition key aws:PrincipalOrgID'],
])('an unknown condition %s stops the start by name', (_, conditions, message) => {
  const assembly = smallAssembly();
  const role = { ...first(assembly.roles), statements: [allow(['*'], ['*'], conditions)] };
  expect(() => createAccess({ ...assembly, roles: [role] })).toThrow(message);
});

test('a refusal names the function, the action, the resource and where to grant it', () => {
  const assembly = smallAssembly();
  const access = createAccess(assembly);
  const { accessKeyId } = access.credentialsFor(first(assembly.functions).roleArn);
  const refused = () => access.check(accessKeyId, 'dynamodb:UpdateItem', table);
  expect(refused).toThrow(AwsError);
  expect(refused).toThrow(
    /^User: arn:aws:sts::123456789012:assumed-role\/Service-WorkRole-\w+\/Service-work is not authorized to perform: dynamodb:UpdateItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table\/sessions because no identity-based policy allows the dynamodb:UpdateItem action \(granted in infra\/, function Service-work\)$/,
  );
});

test('the code of a refusal is the one that its service uses', () => {
  const assembly = smallAssembly();
  const access = createAccess(assembly);
  const role = first(assembly.functions).roleArn;
  const codeOf = (action: string) => {
    try {
      access.checkRole(role, action, 'arn:nothing');
    } catch (error) {
      return error instanceof AwsError ? [error.code, error.statusCode] : error;
    }
    return undefined;
  };
  expect(codeOf('s3:GetObject')).toEqual(['AccessDenied', 403]);
  expect(codeOf('dynamodb:GetItem')).toEqual(['AccessDeniedException', 400]);
});

test('each role has its own key pair; the admin may do everything; an unknown key nothing', () => {
  const assembly = smallAssembly();
  const access = createAccess(assembly);
  const keys = assembly.roles.map(({ arn }) => access.credentialsFor(arn));
  expect(new Set([...keys, access.admin].map(({ accessKeyId }) => accessKeyId)).size).toBe(keys.length + 1);
  expect(access.secretOf(first(keys).accessKeyId)).toBe(first(keys).secretAccessKey);
  expect(() => access.check(access.admin.accessKeyId, 's3:DeleteBucket', 'arn:a')).not.toThrow();
  expect(access.secretOf('AKIANOBODY')).toBeUndefined();
  expect(() => access.check('AKIANOBODY', 's3:GetObject', 'arn:a')).toThrow('Nobody has this access key.');
});
