import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { acknowledgeWildcard } from '../../infra/constructs/nag-suppressions.ts';
import { isWildcard, permissionsOf, permissionTables, withPermissions } from '../../infra/permissions.ts';
import { exists, hasTest, read, shownTests, tableRows } from './shown-tests.ts';
import { appWithoutCode, configured } from './synthesized.ts';

const page = read('docs/security.md');
const permissions = permissionsOf(appWithoutCode(configured()));

describe('wildcards', () => {
  const unexplained = (found = permissions) =>
    found.filter((it) => isWildcard(it) && !it.reason).map((it) => `${it.role}: ${it.action} ${it.resource}`);

  test('there is none in an action, and none in a resource without its reason', () => {
    expect(permissions.filter(({ action }) => action.includes('*'))).toEqual([]);
    expect(permissions.filter(isWildcard).length).toBeGreaterThan(0);
    expect(unexplained()).toEqual([]);
  });

  test('one without a reason is found, in an action and in a resource', () => {
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Stack');
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const allow = (action: string, resource: string) =>
      role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    allow('s3:Get*', 'arn:aws:s3:::a/b');
    allow('s3:GetObject', 'arn:aws:s3:::a/*');
    allow('s3:PutObject', 'arn:aws:s3:::b/*');
    acknowledgeWildcard(role, 'arn:aws:s3:::b/*', 'All objects of one bucket are the same kind of thing.');
    expect(unexplained(permissionsOf(app)).map((it) => it.replace(/^\S+ /, ''))).toEqual([
      's3:GetObject s3 a/*',
      's3:Get* s3 a/b',
    ]);
  });
});

describe('the security page', () => {
  test('shows what the template lets each role do (npm run permissions)', () => {
    expect(page).toBe(withPermissions(page, permissionTables(permissions)));
  });

  const shown = shownTests(page);
  test.each(shown)('names a test that exists: %s, %s', (file, title) => {
    expect(hasTest(file, title)).toBe(true);
  });

  test('names a test for every threat', () => {
    const [, threats = ''] = /^## Who could want what\n([^#]*)/m.exec(page) ?? [];
    const rows = tableRows(threats);
    expect(rows.length).toBe(shown.length);
    expect(rows.length).toBeGreaterThan(10);
  });

  test('reviews every direct dependency in the version that is pinned, with its licence', () => {
    const versions = z.record(z.string(), z.string());
    const { dependencies, devDependencies, optionalDependencies } = z
      .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions })
      .parse(JSON.parse(read('package.json')));
    const pinned = { ...dependencies, ...devDependencies, ...optionalDependencies };
    const rows = [...page.matchAll(/^\| `([^`]+)` \| (\d[^ ]*) \| [^|]+ \| ([^|]+) \| /gm)];
    expect(Object.fromEntries(rows.map(([, name, version]) => [name, version]))).toEqual(pinned);
    for (const [, name = '', , licence] of rows) {
      // What is for another machine is not installed on this one.
      const installed = `node_modules/${name}/package.json`;
      if (exists(installed)) expect(JSON.parse(read(installed)).license, name).toBe(licence);
    }
  });

  test('names the licences of all that is installed, what has an install script, and nothing that is deprecated', () => {
    const locked = z.object({
      license: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
      deprecated: z.string().optional(),
      integrity: z.string().optional(),
      inBundle: z.boolean().optional(),
    });
    const { packages } = z
      .object({ packages: z.record(z.string(), locked) })
      .parse(JSON.parse(read('package-lock.json')));
    const [, review = ''] = page.split('## What we depend on');
    const named = (path: string) => path.split('node_modules/').at(-1) ?? path;
    const all = Object.entries(packages).filter(([path]) => path !== '');
    expect(review).toContain(`${all.length} packages`);
    for (const [path, it] of all) {
      expect(review, path).toContain(it.license);
      expect(it.deprecated, path).toBeUndefined();
      expect(it.integrity !== undefined || it.inBundle === true, path).toBe(true);
    }
    const scripts = all.filter(([, it]) => it.hasInstallScript).map(([path]) => named(path));
    expect(scripts.filter((name) => !review.includes(`\`${name}\``))).toEqual([]);
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });
});
