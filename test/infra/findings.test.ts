import { type App, CfnResource, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { definitionsOf } from '../../infra/asl-definitions.ts';
import { aslProblems } from './asl-problems.ts';
import { configurations } from './configurations.ts';
import { appWithoutCode } from './synthesized.ts';

const checks = [AwsSolutionsChecks, ServerlessChecks];
// CloudFormation's rules are loaded once for the process, and all rules look at one App of each configuration.
const apps = Object.entries(configurations).map(([name, config]): [string, App] => [
  name,
  appWithoutCode(config, true),
]);

describe.each(apps)('findings in the configuration "%s"', (_, app) => {
  test("CloudFormation's own rules have none, and asl-validator accepts its three machines", () => {
    expect([...definitionsOf(app).values()].map(aslProblems)).toEqual(['', '', '']);
  });

  test('cdk-nag has none that is not acknowledged', () => {
    const found = checks.flatMap((Checks) =>
      new Checks(app, { verbose: true })
        .validateScope(app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
        ),
    );
    expect(found).toEqual([]);
  });

  test('each acknowledged one has its reason', () => {
    const reasons = app.node
      .findAll()
      .flatMap(({ node }) => node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.values(Object(data)).map((reason) => String(Object(reason).reason ?? reason)),
      );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  });
});

test("what CloudFormation's own rules find ends the synthesis, with the field", () => {
  const app = appWithoutCode(configurations.dev, true);
  const bucket = app.node.findChild('chirpsmith-dev-storage').node.findChild('Audio').node.defaultChild;
  if (!CfnResource.isCfnResource(bucket)) throw new Error('The bucket is no resource.');
  bucket.addPropertyOverride('VersioningConfiguration.Status', 'Sometimes');
  expect(() => app.synth()).toThrow(/VersioningConfiguration\.Status: 'Sometimes' is not one of/);
});
