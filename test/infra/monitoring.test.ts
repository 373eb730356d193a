import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { customMetric, eachOf } from '../../infra/constructs/monitoring/custom-metric.ts';
import { configured, propertiesOf, synthesized, tuned } from './synthesized.ts';

const { service, storage } = synthesized(tuned);
const functions = propertiesOf(service, 'AWS::Lambda::Function');

test('every log group expires', () => {
  const groups = [service, storage].flatMap((it) => Object.values(propertiesOf(it, 'AWS::Logs::LogGroup')));
  expect(groups.length).toBeGreaterThan(Object.keys(functions).length);
  for (const group of groups)
    expect(group, String(group.LogGroupName)).toMatchObject({ RetentionInDays: 14 });
});

test('functions and machines are traced by X-Ray', () => {
  for (const fn of Object.values(functions)) expect(fn).toMatchObject({ TracingConfig: { Mode: 'Active' } });
  for (const machine of Object.values(propertiesOf(service, 'AWS::StepFunctions::StateMachine'))) {
    expect(machine).toMatchObject({ TracingConfiguration: { Enabled: true } });
  }
});

describe('reserved concurrency', () => {
  const reservedOf = (given: Record<string, unknown>) => {
    const template = synthesized(configured(given)).service;
    const found = Object.values(propertiesOf(template, 'AWS::Lambda::Function'));
    return Object.fromEntries(
      found.flatMap(({ FunctionName, ReservedConcurrentExecutions: reserved }) =>
        reserved === undefined ? [] : [[String(FunctionName).replace('chirpsmith-local-', ''), reserved]],
      ),
    );
  };

  test('have just the functions that call the provider', () => {
    expect(reservedOf({})).toEqual({
      'prepare-session': 20,
      'submit-upload': 100,
      'check-upload': 100,
      'create-model': 10,
      'check-training': 20,
      'request-music': 10,
      'check-music': 20,
      'copy-audio': 10,
      'prepare-batch': 5,
      'reconcile-clips': 5,
      'create-persona': 5,
      'get-account': 5,
    });
    const provided = Object.values(functions).filter(({ Environment }) =>
      JSON.stringify(Environment).includes('PROVIDER_SECRET'),
    );
    expect(provided.map(({ ReservedConcurrentExecutions: reserved }) => typeof reserved)).toEqual(
      provided.map(() => 'number'),
    );
  });

  test('0 reserves nothing: as a number in the template it would stop the function', () => {
    expect(reservedOf({ reservedConcurrency: '{"createModel": 0}' })).not.toHaveProperty('create-model');
  });

  test.each([
    [{ accountConcurrency: '409' }, /comes to 310 of the account's 409, and AWS keeps 100/],
    [
      { reservedConcurrency: '{"submitUpload": 5}' },
      /submitUpload is 5: one session alone uploads 100 at a time/,
    ],
    [{ reservedConcurrency: '{"createModels": 5}' }, /createModels/],
    [{ reservedConcurrency: 'many' }, /expected object/],
  ])('%o is refused before anything is made', (given, words) => {
    expect(() => configured(given)).toThrow(words);
    expect(() => configured(given)).toThrow('CHIRPSMITH_RESERVED_CONCURRENCY');
  });

  test('fits exactly, or is left out in an account with a quota of ten', () => {
    expect(configured({ accountConcurrency: '410' }).accountConcurrency).toBe(410);
    const names = Object.keys(configured().reservedConcurrency);
    const none = JSON.stringify(Object.fromEntries(names.map((name) => [name, 0])));
    expect(reservedOf({ accountConcurrency: '10', reservedConcurrency: none })).toEqual({});
  });
});

describe('alarms and the dashboard', () => {
  test('cannot look at what is never counted', () => {
    const options = { period: Duration.minutes(5) };
    expect(() =>
      customMetric(configured(), 'ProviderCalls', { ...options, dimensions: { call: 'x' } }),
    ).toThrow('The metric ProviderCalls is not counted by call.');
    expect(() => customMetric(configured(), 'Sessions', options)).toThrow('the stage alone');
    expect(() => eachOf(configured(), 'Checks', { ...options, dimensions: ['sessionId'] })).toThrow(
      'sessionId',
    );
  });

  test('there is one dashboard, which begins with the alarms, all of them, and then has each machine', () => {
    const pages = Object.values(propertiesOf(service, 'AWS::CloudWatch::Dashboard'));
    expect(pages).toHaveLength(1);
    const body = JSON.stringify(pages[0]?.DashboardBody);
    for (const id of Object.keys(propertiesOf(service, 'AWS::CloudWatch::Alarm'))) expect(body).toContain(id);
    const machines = ['train-model', 'upload-batch', 'generate-music'];
    for (const title of [
      ...machines.map((name) => `Executions of chirpsmith-local-${name}`),
      'Sessions by kind and outcome',
      'Provider calls by result',
      'Credits spent',
    ]) {
      expect(body).toContain(title);
    }
  });
});
