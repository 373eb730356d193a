import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, type CfnResource, DockerImage, Lazy } from 'aws-cdk-lib';
import { type AssetCode, Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { type Bundle, buildBundles, functionsFolder } from './bundling.ts';

/** Where the code of an App's functions is still to come. */
const waiting = new WeakMap<IConstruct, BundledCode[]>();

/**
 * The code of one function, bundled with everything that it imports: a name that {@link addBundles} gives its meaning, so that
 * all else is made while the bundler works.
 */
export class BundledCode extends Code {
  readonly isInline = false;
  readonly folder: string;
  #scope: Construct | undefined;
  #resource: CfnResource | undefined;
  #location: CodeConfig['s3Location'];

  /** @param folder under functions/, holding handler.ts: `workflow/prepare-session` */
  constructor(folder: string) {
    super();
    this.folder = folder;
  }

  override bind(scope: Construct): CodeConfig {
    this.#scope = scope;
    const app = scope.node.root;
    waiting.set(app, [...(waiting.get(app) ?? []), this]);
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => this.#location?.bucketName }),
        objectKey: Lazy.string({ produce: () => this.#location?.objectKey }),
      },
    };
  }

  override bindToResource(resource: CfnResource): void {
    this.#resource = resource;
  }

  make(code: AssetCode): void {
    if (this.#scope) this.#location = code.bind(this.#scope).s3Location;
    if (this.#resource) code.bindToResource(this.#resource);
  }
}

/**
 * Gives all functions of an App their code. They are bundled by three runs of esbuild; what the functions of a run share is
 * bundled once. CDK's own NodejsFunction starts a bundler for each: 15 s for eleven functions, against 1. One file for each
 * function would be up to a tenth smaller, and take three times as long to make.
 * @param wait gives the bundles, where they were begun before; called only where one is needed
 */
export function addBundles(app: IConstruct, wait: () => ReadonlyMap<string, Bundle> = buildBundles): void {
  let bundles: ReadonlyMap<string, Bundle> | undefined;
  for (const code of waiting.get(app) ?? []) {
    const { folder } = code;
    const tryBundle = (output: string) => {
      bundles ??= wait();
      const bundle = bundles.get(folder);
      if (!bundle) throw new Error(`functions/${folder}/handler.ts does not exist.`);
      mkdirSync(output, { recursive: true });
      for (const [name, contents] of bundle.files) writeFileSync(join(output, name), contents);
      return true;
    };
    code.make(
      Code.fromAsset(join(functionsFolder, folder), {
        // Of the bundle, so that a function is deployed anew exactly when what it runs has changed.
        assetHashType: AssetHashType.OUTPUT,
        // The image is never pulled: the bundle is always made here.
        bundling: { image: DockerImage.fromRegistry('none'), local: { tryBundle } },
      }),
    );
  }
  waiting.delete(app);
}
