import { type MessagePort, workerData } from 'node:worker_threads';
import type { BuildOptions } from 'esbuild';

/** Runs esbuild for a thread that waits: what it makes goes through the port, and then the thread is woken. */
const { runs, port, done } = workerData as { runs: BuildOptions[]; port: MessagePort; done: Int32Array };
// Of esbuild, for its process ends with its work: it takes a fifth less of the CPU when it cleans up its memory less often.
process.env.GOGC ??= '400';
try {
  // Here and not above, so that the failure of either is reported.
  const [{ build }, { trimSdk }] = await Promise.all([import('esbuild'), import('./trim-sdk.ts')]);
  const built = await Promise.all(
    runs.map((options) => build({ ...options, plugins: [trimSdk], write: false, metafile: true })),
  );
  port.postMessage({
    built: built.map(({ outputFiles, metafile }) => ({
      metafile,
      files: outputFiles.map(({ path, contents }) => ({ path, contents })),
    })),
  });
} catch (error) {
  port.postMessage({ error });
}
Atomics.store(done, 0, 1);
Atomics.notify(done, 0);
