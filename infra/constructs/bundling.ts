import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { BuildOptions, Metafile } from 'esbuild';
import { servicesOf, specs } from '../specs.ts';

/** Holds a folder for each function. */
export const functionsFolder = fileURLToPath(new URL('../../functions', import.meta.url));

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

const allFolders = () =>
  globSync('{workflow,api,event-handlers}/*/handler.ts', { cwd: functionsFolder }).map((file) =>
    dirname(file),
  );

/** The bundles of these functions, by default all of them. */
export const buildBundles = (folders?: readonly string[]): ReadonlyMap<string, Bundle> =>
  beginBundles(folders)();

/**
 * Begins to make the same, beside what this thread does meanwhile. Functions that call S3 are bundled by themselves, states
 * and the rest apart: what is shared holds all that any function of its group needs, and S3 alone needs XML, streams and
 * checksums.
 * @returns waits for them
 */
export function beginBundles(folders: readonly string[] = allFolders()): () => ReadonlyMap<string, Bundle> {
  const groups = Map.groupBy(folders, (folder) => {
    const spec = specs.get(folder);
    if (spec === undefined || !servicesOf(spec).has('s3')) return 'without S3';
    return folder.startsWith('workflow/') ? 'states' : 'others';
  });
  const runs = [...groups.values()];
  const built = beginEsbuild(runs.map(optionsFor));
  return () => new Map(built().flatMap((one, run) => [...bundlesOf(one, runs[run] ?? [])]));
}

/** Milliseconds. */
const longestBuild = 120_000;

interface Built {
  readonly files: readonly { readonly path: string; readonly contents: Uint8Array }[];
  readonly metafile: Metafile;
}

/** Plugins need esbuild's asynchronous calls, and CDK's constructs are made without waiting: a worker runs them meanwhile. */
function beginEsbuild(runs: readonly BuildOptions[]): () => readonly Built[] {
  const { port1, port2: port } = new MessageChannel();
  const done = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('bundle-worker.ts', import.meta.url), {
    workerData: { runs, port, done },
    transferList: [port],
  });
  // Where nothing waits for it any more, it keeps no process.
  worker.unref();
  return () => {
    if (Atomics.wait(done, 0, 0, longestBuild) === 'timed-out') throw new Error('esbuild gave no answer.');
    void worker.terminate();
    const { message } = receiveMessageOnPort(port1) as { message: { built: Built[] } | { error: unknown } };
    if ('error' in message) throw message.error;
    return message.built;
  };
}

/** How any code for Lambda is bundled. */
export const esbuildOptions = {
  absWorkingDir: functionsFolder,
  bundle: true,
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
} satisfies BuildOptions;

const optionsFor = (folders: readonly string[]): BuildOptions => ({
  ...esbuildOptions,
  entryPoints: Object.fromEntries(folders.map((folder) => [flat(folder), `${folder}/handler.ts`])),
  outdir: functionsFolder,
  outExtension: { '.js': '.mjs' },
  splitting: true,
});

function bundlesOf({ files, metafile }: Built, folders: readonly string[]): ReadonlyMap<string, Bundle> {
  const contents = new Map(files.map((file) => [basename(file.path), file.contents]));
  const imported = (file: string) =>
    (metafile.outputs[file]?.imports ?? []).flatMap(({ path, external }) => (external ? [] : [path]));

  const bundleFrom = (entry: string): Bundle => {
    const reached = new Set([entry]);
    // A set visits what is added to it on the way.
    for (const file of reached) for (const path of imported(file)) reached.add(path);
    const inputs = [...reached].flatMap((file) => Object.entries(metafile.outputs[file]?.inputs ?? {}));
    return {
      files: new Map(
        [...reached].map((file) => [
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
