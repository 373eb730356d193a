// What runs inside a function's worker thread: Lambda's runtime, as far as a handler sees it.
// JavaScript, because stripping types costs each thread 10 MB of its own.
import { readFile } from 'node:fs/promises';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** The error's shape as the Node.js runtime of Lambda reports it. */
function report(error) {
  if (error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)) {
    return {
      errorType: String(error.name ?? 'Error'),
      errorMessage: String(error.message),
      trace: String(error.stack ?? '').split('\n'),
    };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

async function load() {
  let module;
  try {
    module = await import(pathToFileURL(workerData.file).href);
  } catch (error) {
    const { errorMessage, trace } = report(error);
    const syntax = error instanceof SyntaxError;
    return {
      failure: {
        errorType: syntax ? 'Runtime.UserCodeSyntaxError' : 'Runtime.ImportModuleError',
        errorMessage,
        trace,
      },
    };
  }
  const handler = module[workerData.export];
  if (typeof handler === 'function') return { handler };
  return {
    failure: {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: `${workerData.handler} is undefined or not exported`,
    },
  };
}

// What was compiled once is not compiled again: measured, a quarter less to load a bundle with the SDK in it.
if (workerData.compileCache) enableCompileCache(workerData.compileCache);

// A process reads this variable when it starts, as a function in Lambda does; a thread shares its process with others.
if (process.env.NODE_EXTRA_CA_CERTS) {
  const { getCACertificates, setDefaultCACertificates } = await import('node:tls');
  const more = await readFile(process.env.NODE_EXTRA_CA_CERTS, 'utf8');
  setDefaultCACertificates([...getCACertificates('default'), more]);
}

// Likewise these: a function of this machine reaches the provider as its owner's other programs do.
if (process.env.HTTPS_PROXY || process.env.HTTP_PROXY) {
  const { setGlobalProxyFromEnv } = await import('node:http');
  setGlobalProxyFromEnv();
}

const { handler, failure } = await load();
parentPort.postMessage({ ready: true, failure });
// Node itself writes the cache when the thread ends: too late for the next worker, and never when the process is killed.
if (workerData.compileCache) flushCompileCache();

parentPort.on('message', async ({ payload, context }) => {
  try {
    const { deadline, ...rest } = context;
    const answer = await handler(JSON.parse(payload), {
      ...rest,
      callbackWaitsForEmptyEventLoop: false,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    parentPort.postMessage({ body: JSON.stringify(answer) ?? 'null' });
  } catch (error) {
    parentPort.postMessage({ failure: report(error) });
  }
});
