import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { buildSync } from 'esbuild';

const functionsFolder = fileURLToPath(new URL('../../functions', import.meta.url));

/** SDK packages that are CommonJS inside still call `require`, which an ES module does not have. */
const requireForCommonJs =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Folder of a function → its bundle, per App. */
const bundles = new WeakMap<IConstruct, ReadonlyMap<string, Uint8Array>>();

/**
 * The code of one function, bundled into one file with everything that it imports.
 *
 * All functions are bundled by one run of esbuild, at the first that needs its code: they share most of what
 * they import. CDK's NodejsFunction starts a bundler for each, which took 20 s for eleven, against 1.5.
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
          const bundle = bundlesOf(scope).get(folder);
          if (!bundle) throw new Error(`functions/${folder}/handler.ts does not exist.`);
          mkdirSync(output, { recursive: true });
          writeFileSync(join(output, 'index.mjs'), bundle);
          return true;
        },
      },
    },
  });
}

function bundlesOf(scope: IConstruct): ReadonlyMap<string, Uint8Array> {
  const app = scope.node.root;
  const made = bundles.get(app) ?? bundleAll();
  bundles.set(app, made);
  return made;
}

function bundleAll(): ReadonlyMap<string, Uint8Array> {
  const { outputFiles } = buildSync({
    absWorkingDir: functionsFolder,
    entryPoints: globSync('{workflow,api}/*/handler.ts', { cwd: functionsFolder }),
    outdir: functionsFolder,
    outbase: functionsFolder,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // The SDK is bundled too, so that the versions that were tested are the versions that run.
    mainFields: ['module', 'main'],
    banner: { js: requireForCommonJs },
    minify: true,
    // Classes keep their names: an error's name is what the machine goes by.
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  return new Map(
    outputFiles.map(({ path, contents }) => {
      const folder = dirname(path);
      return [`${basename(dirname(folder))}/${basename(folder)}`, contents];
    }),
  );
}
