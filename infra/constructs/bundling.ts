import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync } from 'esbuild';
import { servicesOf, specs } from '../specs.ts';

const functionsFolder = fileURLToPath(new URL('../../functions', import.meta.url));

/** Packages that are CommonJS inside still call `require`, which an ES module does not have. */
const requireForCommonJs =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

const standIn = (name: string) =>
  fileURLToPath(new URL(`../../functions/runtime/sdk/${name}`, import.meta.url));

/** Parts of packages that no function in Lambda uses, and what takes their places: together a third of a bundle. */
const standIns = {
  '@aws-sdk/credential-provider-node': standIn('credentials.ts'),
  '@aws-sdk/middleware-endpoint-discovery': standIn('endpoint-discovery.ts'),
  '@smithy/core/event-streams': standIn('event-streams.ts'),
  zod: standIn('zod.ts'),
  // What that one is made of: without these two, they would be looked for inside it.
  'zod/mini': 'zod/mini',
  'zod/v4': 'zod/v4',
};

/** The code of one function, and what is in it. */
export interface Bundle {
  /** Files by name; `index.mjs` is where it begins. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Bytes of each module in them, by its path. */
  readonly modules: ReadonlyMap<string, number>;
}

const builds = new WeakMap<IConstruct, ReadonlyMap<string, Bundle>>();

/**
 * The code of one function, bundled with everything that it imports.
 *
 * All functions are bundled by two runs of esbuild, at the first that needs its code, and what they share is
 * bundled once. CDK's own NodejsFunction starts a bundler for each: 15 s for eleven functions, against 1. One file for each
 * function would be up to a tenth smaller, and take three times as long to make.
 * @param folder under functions/, holding handler.ts: `workflow/prepare-session`
 */
export function bundleOf(scope: IConstruct, folder: string): AssetCode {
  return Code.fromAsset(join(functionsFolder, folder), {
    // Of the bundle, so that a function is deployed anew exactly when what it runs has changed.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the bundle is always made here.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle: (output) => {
          const bundle = bundlesIn(scope.node.root).get(folder);
          if (!bundle) throw new Error(`functions/${folder}/handler.ts does not exist.`);
          mkdirSync(output, { recursive: true });
          for (const [name, contents] of bundle.files) writeFileSync(join(output, name), contents);
          return true;
        },
      },
    },
  });
}

/** Built once for each App, so that a later App of the same process sees what was edited in between. */
function bundlesIn(app: IConstruct): ReadonlyMap<string, Bundle> {
  const built = builds.get(app) ?? buildBundles();
  builds.set(app, built);
  return built;
}

const allFolders = () =>
  globSync('{workflow,api,event-handlers}/*/handler.ts', { cwd: functionsFolder }).map((file) =>
    dirname(file),
  );

/**
 * The bundles of these functions, by default all of them. Those that call S3 are bundled by themselves: what is shared
 * holds all that any function of its group needs, and S3 alone needs XML, streams and checksums, 40 kB.
 */
export function buildBundles(folders: readonly string[] = allFolders()): ReadonlyMap<string, Bundle> {
  const groups = Map.groupBy(folders, (folder) => {
    const spec = specs.get(folder);
    return spec !== undefined && servicesOf(spec).has('s3');
  });
  return new Map([...groups.values()].flatMap((group) => [...bundleTogether(group)]));
}

function bundleTogether(folders: readonly string[]): ReadonlyMap<string, Bundle> {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: functionsFolder,
    entryPoints: Object.fromEntries(folders.map((folder) => [flat(folder), `${folder}/handler.ts`])),
    outdir: functionsFolder,
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // The SDK is bundled too, so that the versions that were tested are the versions that run.
    mainFields: ['module', 'main'],
    alias: standIns,
    // `import('node:http')` reads each of its exports, and three of them load the client behind `fetch`; `require` loads what
    // is used.
    supported: { 'dynamic-import': false },
    banner: { js: requireForCommonJs },
    minify: true,
    legalComments: 'none',
    // A name that a stand-in lacks ends the build, and not the function.
    logOverride: { 'import-is-undefined': 'error' },
    logLevel: 'warning',
  });
  const contents = new Map(outputFiles.map((file) => [basename(file.path), file.contents]));
  const imported = (file: string) =>
    (metafile.outputs[file]?.imports ?? []).flatMap(({ path, external }) => (external ? [] : [path]));

  const bundleFrom = (entry: string): Bundle => {
    const files = new Set([entry]);
    // A set visits what is added to it on the way.
    for (const file of files) for (const path of imported(file)) files.add(path);
    const inputs = [...files].flatMap((file) => Object.entries(metafile.outputs[file]?.inputs ?? {}));
    return {
      files: new Map(
        [...files].map((file) => [
          file === entry ? 'index.mjs' : file,
          contents.get(file) ?? new Uint8Array(),
        ]),
      ),
      modules: new Map(inputs.map(([name, { bytesInOutput }]) => [name, bytesInOutput])),
    };
  };
  return new Map(folders.map((folder) => [folder, bundleFrom(`${flat(folder)}.mjs`)]));
}

/** All files lie side by side, so that `index.mjs` finds the rest wherever the bundle is put. */
const flat = (folder: string) => folder.replace('/', '.');

/** Bytes of all files of a bundle. */
export const sizeOf = ({ files }: Bundle): number =>
  [...files.values()].reduce((sum, { length }) => sum + length, 0);
