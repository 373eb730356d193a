import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OnLoadResult, Plugin } from 'esbuild';

/**
 * Errors that functions know by their classes; the build fails where one is missing. The others keep name and message, and are
 * of the one class for all of their service: a fault is the client's below status 500, and fields of their own are not read.
 */
const knownErrors = new Set(['ExecutionAlreadyExists', 'ExecutionDoesNotExist', 'ResourceNotFoundException']);

/** A client's service as in the host's name, where that is not the client's name. */
const hosts: Readonly<Record<string, string>> = {
  eventbridge: 'events',
  sfn: 'states',
  'secrets-manager': 'secretsmanager',
};

const standIn = (name: string) =>
  JSON.stringify(fileURLToPath(new URL(`../../functions/runtime/sdk/${name}`, import.meta.url)));

/** @throws Error where there is nothing to replace: another version of the SDK has it otherwise, and the bundles would grow */
function replaced(path: string, code: string, pattern: RegExp, by: (...found: string[]) => string): string {
  const now = code.replace(pattern, by);
  if (now === code) throw new Error(`${path} has nothing like ${pattern}: see infra/constructs/trim-sdk.ts.`);
  return now;
}

/**
 * All of a client's errors come with a class and a schema, 200 bytes each. Registering them keeps the bundler from leaving any
 * out.
 */
const withoutErrors = (code: string, path: string) =>
  replaced(path, code, /^export class (\w+) extends [\s\S]*?^}\n/gm, (found, name = '') =>
    knownErrors.has(name) || found.includes('$retryable') ? found : '',
  );

function schemas(code: string, path: string): string {
  const file = path.replace(/schemas.schemas_0\.js$/, 'models/errors.js');
  const errors = withoutErrors(readFileSync(file, 'utf8'), file);
  const isKept = (name: string) => errors.includes(`export class ${name} `);
  const ofKept = replaced(
    path,
    code,
    /^import {(.*)} from "\.\.\/models\/errors";$/m,
    (_, names = '') =>
      `import {${names.split(',').filter((name) => isKept(name.trim()))}} from "../models/errors";`,
  );
  const unregistered = replaced(
    path,
    ofKept,
    /^n0_registry\.registerError\(\w+\$, (\w+)\);$/gm,
    (found, name = '') => (isKept(name) ? found : ''),
  );
  // Names that are computed keep the bundler from leaving a schema out, unless it may take the making for pure.
  return replaced(
    path,
    unregistered,
    /^((?:export )?var \w+\$? = )([[{][\s\S]*?[\]}]);$/gm,
    (_, variable = '', made = '') => `${variable}/* @__PURE__ */ (() => ${made})();`,
  );
}

const inClients: readonly (readonly [RegExp, (code: string, path: string) => string])[] = [
  [
    /package\.json$/,
    (code) => JSON.stringify({ version: (JSON.parse(code) as { version: string }).version }),
  ],
  [/schemas_0\.js$/, schemas],
  [/errors\.js$/, withoutErrors],
  [
    /endpointResolver\.js$/,
    (_, path) => {
      const client = /client-([a-z0-9-]+)/.exec(path)?.[1] ?? '';
      const host = JSON.stringify(hosts[client] ?? client);
      return `import { endpointsOf } from ${standIn('endpoints.ts')};
        export const defaultEndpointResolver = /* @__PURE__ */ endpointsOf(${host});`;
    },
  ],
  [/httpAuthSchemeProvider\.js$/, (code) => (code.includes('SigV4A') ? signedForOneRegion(code) : code)],
  // Clients are made without extensions.
  [/runtimeExtensions\.js$/, () => 'export const resolveRuntimeExtensions = (config) => config;'],
  // Redirects to other regions are off unless asked for, and the endpoints above refuse buckets of S3 Express.
  [
    /S3Client\.js$/,
    (code, path) =>
      ['RegionRedirect', 'S3Express'].reduce(
        (left, name) =>
          replaced(
            path,
            left,
            RegExp(`^ *this\\.middlewareStack\\.use\\(get${name}\\w+\\(.*\\n`, 'gm'),
            () => '',
          ),
        code,
      ),
  ],
  [/CreateSessionCommand\.js$/, () => 'export const CreateSessionCommand = undefined;'],
];

/** How requests are signed, without signatures for many regions at once: a client that has those looks for its endpoint twice. */
function signedForOneRegion(code: string): string {
  const client = /export const default(\w+)HttpAuthSchemeParametersProvider/.exec(code)?.[1];
  const service = /name: ("[\w-]+")/.exec(code)?.[1];
  return `import { resolveAwsSdkSigV4Config } from '@aws-sdk/core/httpAuthSchemes';
    import { getSmithyContext, normalizeProvider } from '@smithy/core/client';
    export const default${client}HttpAuthSchemeParametersProvider = async (config, context) => ({
      operation: getSmithyContext(context).operation,
      region: await normalizeProvider(config.region)(),
    });
    export const default${client}HttpAuthSchemeProvider = ({ region }) => [{
      schemeId: 'aws.auth#sigv4',
      signingProperties: { name: ${service}, region },
      propertiesExtractor: (config, context) => ({ signingProperties: { config, context } }),
    }];
    export const resolveHttpAuthSchemeConfig = (config) => Object.assign(resolveAwsSdkSigV4Config(config), {
      authSchemePreference: normalizeProvider(config.authSchemePreference ?? []),
    });`;
}

const throwing = (...names: readonly string[]) =>
  names
    .map((name) => `export const ${name} = () => { throw new Error('${name} is not in the bundles.'); };`)
    .join('\n');

/** Modules that a function in Lambda never reaches, by their names, and what takes their places. */
const unreached: Readonly<Record<string, string>> = {
  // Its role's region and credentials are in the environment: there are no profiles, and no other machine to ask.
  fromSharedConfigFiles: `import { CredentialsProviderError } from '../property-provider/CredentialsProviderError';
    const none = async () => { throw new CredentialsProviderError('Bundles read no configuration files.'); };
    export const fromSharedConfigFiles = () => none;`,
  getInstanceMetadataRegion: 'export const getInstanceMetadataRegion = async () => undefined;',
  resolveDefaultsModeConfig: "export const resolveDefaultsModeConfig = () => async () => 'legacy';",
  AdaptiveRetryStrategy: `export class AdaptiveRetryStrategy {
    constructor() { throw new Error('AWS_RETRY_MODE is adaptive, which is not in the bundles.'); }
  }`,
  // Node has them.
  Sha1Js: 'export const Sha1Js = undefined;',
  Sha256Js: 'export const Sha256Js = undefined;',
  Crc32Js: 'export const Crc32Js = undefined;',
  Md5Js: 'export const Md5Js = undefined;',
  // Signatures for many regions at once need a package that is not installed.
  AwsSdkSigV4ASigner: 'export class AwsSdkSigV4ASigner {}',
  SignatureV4MultiRegion: `import { SignatureV4 } from '@smithy/signature-v4';
    export class SignatureV4MultiRegion extends SignatureV4 { static sigv4aDependency() { return 'none'; } }`,
  // The endpoints above do without.
  partition: `${throwing('partition', 'setPartitionInfo', 'useDefaultPartitionInfo')}
    export const getUserAgentPrefix = () => '';`,
  parseArn: throwing('parseArn'),
  isVirtualHostableS3Bucket: throwing('isVirtualHostableS3Bucket'),
  // One of two parsers of dates is enough: that of the schemas, which takes what this one takes.
  'date-utils': `export {
      _parseEpochTimestamp as parseEpochTimestamp,
      _parseRfc3339DateTimeWithOffset as parseRfc3339DateTimeWithOffset,
      _parseRfc7231DateTime as parseRfc7231DateTime,
    } from './schema-serde-lib/schema-date-utils';
    export const dateToUtcString = (date) => date.toUTCString();
    ${throwing('parseRfc3339DateTime')}`,
  // Pages are asked for one by one: these are made at load, and bring a call to scan the table.
  QueryPaginator: throwing('paginateQuery'),
  ScanPaginator: throwing('paginateScan'),
  // The clients have no logger, and no key of a person's own for S3 to encrypt with.
  loggerMiddleware: `${throwing('loggerMiddleware')}
    export const loggerMiddlewareOptions = {};
    export const getLoggerPlugin = () => ({ applyToStack() {} });`,
  schemaLogFilter: throwing('schemaLogFilter'),
  'middleware-ssec': `${throwing('ssecMiddleware', 'isValidBase64EncodedSSECustomerKey')}
    export const ssecMiddlewareOptions = {};
    export const getSsecPlugin = () => ({ applyToStack() {} });`,
  // Of event streams, which no function opens.
  HeaderFormatter: 'export class HeaderFormatter {}',
  // The runtime of the functions is a version of Node that the SDK supports.
  emitWarningIfUnsupportedVersion: `export const state = { warningEmitted: false };
    export const emitWarningIfUnsupportedVersion = () => {};`,
  // Node's client answers with Node's streams, and functions send texts and bytes.
  'sdk-stream-mixin.browser': throwing('sdkStreamMixin'),
  'stream-collector.browser': throwing('collectBlob', 'collectReadableStream'),
  'createChecksumStream.browser': throwing('createChecksumStream'),
  createBufferedReadable: throwing('createBufferedReadable'),
  getAwsChunkedEncodingStream: throwing('getAwsChunkedEncodingStream'),
  // Of S3 Express, whose buckets the endpoints above refuse.
  S3ExpressIdentityProviderImpl: 'export class S3ExpressIdentityProviderImpl {}',
};

type Change = readonly [RegExp, (path: string) => OnLoadResult];

/** The files that are changed, and how. */
const changes: readonly Change[] = [
  ...Object.entries(unreached).map(
    ([name, contents]): Change => [
      RegExp(`@(aws-sdk|smithy)[\\\\/].*[\\\\/]${name}\\.js$`),
      (path) => ({ contents, resolveDir: dirname(path) }),
    ],
  ),
  ...inClients.map(
    ([file, change]): Change => [
      RegExp(`@aws-sdk[\\\\/]client-[a-z0-9-]+[\\\\/](dist-es[\\\\/](.*[\\\\/])?)?${file.source}`),
      (path) => ({
        contents: change(readFileSync(path, 'utf8'), path),
        loader: path.endsWith('.json') ? 'json' : 'js',
      }),
    ],
  ),
  // A name of a name keeps all that lies beside it.
  [
    /zod[\\/]v4[\\/]mini[\\/]schemas\.js$/,
    (path) => ({ contents: replaced(path, readFileSync(path, 'utf8'), /core\.util\./g, () => 'util.') }),
  ],
];

/** Each finds a file in the clients' code; what finds none has to go, or another version of the SDK names it otherwise. */
export const trimmedFiles = changes.map(([file]) => file);

/** Leaves out of the clients what no function reaches, and what keeps the bundler from seeing that. */
export const trimSdk: Plugin = {
  name: 'trim-sdk',
  setup(build) {
    for (const [filter, change] of changes) build.onLoad({ filter }, ({ path }) => change(path));
  },
};
