import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { defaultProvider } from '../../functions/runtime/sdk/credentials.ts';
import { buildBundles, sizeOf } from '../../infra/constructs/bundling.ts';
import { servicesOf, specs } from '../../infra/specs.ts';

const bundles = buildBundles();
/** Packages in a bundle, each with the folders that it comes from. */
function packagesIn(modules: ReadonlyMap<string, number>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const file of modules.keys()) {
    const [, folder, name = ''] = /^(.*node_modules\/)((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
    if (folder === undefined) continue;
    found.set(name, (found.get(name) ?? new Set()).add(folder));
  }
  return found;
}

/** The client for each service that a function may be allowed to call. */
const clients = {
  dynamodb: '@aws-sdk/client-dynamodb',
  s3: '@aws-sdk/client-s3',
  events: '@aws-sdk/client-eventbridge',
  states: '@aws-sdk/client-sfn',
  secretsmanager: '@aws-sdk/client-secrets-manager',
} as const;

describe('the bundle of each function', () => {
  it.each([...specs])(
    'of %s holds the clients of the services that it may call, and no other',
    (folder, spec) => {
      const services = servicesOf(spec);
      const expected = Object.entries(clients).flatMap(([service, name]) =>
        services.has(service) ? [name] : [],
      );
      const packages = packagesIn(bundles.get(folder)?.modules ?? new Map());
      const found = [...packages.keys()].filter((name) =>
        /^@aws-sdk\/(client-|nested-clients|credential-)/.test(name),
      );
      expect(found.sort()).toEqual(expected.sort());
    },
  );

  it.each([...bundles])('of %s is no larger than its bound', (_, bundle) => {
    expect(sizeOf(bundle)).toBeLessThanOrEqual(400_000);
  });

  it.each([...bundles])('of %s loads fetch only where it is called', (_, { files }) => {
    const code = [...files.values()].map((bytes) => Buffer.from(bytes).toString()).join('');
    // An import of all exports of it reads those that load fetch.
    expect(/\b(import\(|from)"node:http"/.test(code)).toBe(false);
  });

  it.each([...bundles])('of %s holds no package twice', (_, { modules }) => {
    const twice = [...packagesIn(modules)].filter(([, folders]) => folders.size > 1);
    expect(twice).toEqual([]);
  });
});

describe('a bundle that is loaded', () => {
  // Side by side, so that what they share is loaded once.
  const folder = mkdtempSync(path.join(tmpdir(), 'chirpsmith-bundles-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([...bundles])(
    'of %s finds all that it calls of the stand-ins, and has a handler',
    async (name, { files }) => {
      const entry = path.join(folder, `${name.replace('/', '.')}.mjs`);
      for (const [file, bytes] of files) {
        writeFileSync(file === 'index.mjs' ? entry : path.join(folder, file), bytes);
      }
      expect(await import(pathToFileURL(entry).href)).toMatchObject({ handler: expect.any(Function) });
    },
  );
});

describe('the credentials of a bundle', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('are those that Lambda puts into the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    expect(await defaultProvider()()).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
  });

  it('are missed by the names of the variables', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    await expect(defaultProvider()()).rejects.toThrow('AWS_ACCESS_KEY_ID');
  });
});
