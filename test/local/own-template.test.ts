import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../infra/chirpsmith-app.ts';
import { readConfig } from '../../infra/config.ts';
import { type Assembly, readAssembly } from '../../packages/local-aws/assembly.ts';
import { AwsError } from '../../packages/local-aws/aws-error.ts';
import { createAccess } from '../../packages/local-aws/iam.ts';
import { first } from '../packages/local-aws/assembly-fixture.ts';

let directory: string;
let assembly: Assembly;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'own-template-'));
  const context = {
    stage: 'local',
    allowedOrigins: 'http://localhost:5173',
    accessLogs: true,
    domainName: 'api.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0f1e',
  };
  const config = readConfig({ context: (name) => Object(context)[name], environment: {} });
  // Without the bundles: what is in them does not matter here, and they take most of a synth's time.
  buildApp(config, { outdir: directory, context: { 'aws:cdk:bundling-stacks': [] } }).synth();
  assembly = readAssembly(directory);
});
afterAll(() => rmSync(directory, { recursive: true }));

test('the local runtime knows every type, field and intrinsic of the template', () => {
  expect(assembly.functions.length).toBeGreaterThan(0);
  expect(assembly.machines).toHaveLength(3);
  expect(assembly.tables).toHaveLength(1);
  expect(assembly.buckets).toHaveLength(3);
  expect(assembly.distributions).toHaveLength(1);
  expect(assembly.buckets.map(({ name }) => name)).toContain(assembly.outputs.AudioBucketName);
  expect(first(assembly.apis)).toMatchObject({ cors: { origins: ['http://localhost:5173'] } });
});

test('every route but the description and the preflights asks for a token of one issuer, and its function lets this API in', () => {
  const api = first(assembly.apis);
  const open = api.routes.filter(({ authorizer }) => authorizer === undefined);
  expect(open.map(({ key }) => key)).toEqual(['GET /openapi.json', 'OPTIONS /{proxy+}']);
  expect(new Set(api.routes.flatMap(({ authorizer }) => authorizer?.issuer ?? [])).size).toBe(1);
  for (const { key, functionArn } of api.routes) {
    const invokers = assembly.functions.find(({ arn }) => arn === functionArn)?.invokers;
    expect(invokers, key).toContainEqual({
      principal: 'apigateway.amazonaws.com',
      sourceArn: expect.stringContaining(`:${api.id}/`),
    });
  }
});

test('every rule calls a function that lets its rule in', () => {
  const byName = assembly.rules.toSorted((a, b) => a.name.localeCompare(b.name));
  expect(byName).toMatchObject([
    { name: expect.stringContaining('Inbox'), busName: 'default', everySeconds: undefined },
    { name: expect.stringContaining('Sweep'), everySeconds: 900 },
  ]);
  for (const { arn, targets } of assembly.rules) {
    expect(targets).toHaveLength(1);
    const called = assembly.functions.find((fn) => fn.arn === targets[0]?.arn);
    expect(called?.invokers).toEqual([{ principal: 'events.amazonaws.com', sourceArn: arn }]);
  }
});

test('a role without its statements is refused by the names of function, action and resource', () => {
  const fn = first(assembly.functions.filter(({ name }) => name.endsWith('create-session')));
  const table = first(assembly.tables);
  const access = createAccess(assembly);
  expect(() => access.checkRole(fn.roleArn, 'dynamodb:PutItem', table.arn)).not.toThrow();
  const roles = assembly.roles.map((role) => (role.arn === fn.roleArn ? { ...role, statements: [] } : role));
  const without = createAccess({ ...assembly, roles });
  const put = () => without.checkRole(fn.roleArn, 'dynamodb:PutItem', table.arn);
  expect(put).toThrow(AwsError);
  expect(put).toThrow(
    new RegExp(`${fn.name} is not authorized to perform: dynamodb:PutItem on .*${table.name}`),
  );
});
