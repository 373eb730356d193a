import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { type Bundle, buildBundles, functionsFolder } from './bundling.ts';

const bundles = new WeakMap<IConstruct, ReadonlyMap<string, Bundle>>();
const begun = new WeakMap<IConstruct, () => ReadonlyMap<string, Bundle>>();

/** Names what was begun for an App, before it has functions. @param wait gives all bundles */
export const setBundles = (app: IConstruct, wait: () => ReadonlyMap<string, Bundle>): void =>
  void begun.set(app, wait);

/**
 * The code of one function, bundled with everything that it imports.
 *
 * All functions are bundled by three runs of esbuild, at the first that needs its code unless {@link setBundles} began
 * earlier. What the functions of a run share is bundled once. CDK's own NodejsFunction starts a bundler for each: 15 s for
 * eleven functions, against 1. One file for each function would be up to a tenth smaller, and take three times as long to
 * make.
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

/** Made once for each App, so that a later App of the same process sees what was edited in between. */
function bundlesIn(app: IConstruct): ReadonlyMap<string, Bundle> {
  const made = bundles.get(app) ?? begun.get(app)?.() ?? buildBundles();
  bundles.set(app, made);
  return made;
}
