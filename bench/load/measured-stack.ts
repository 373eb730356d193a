import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { ReadyInfo } from '../../local/stack/ready-file.ts';
import { messageShape, type optionsShape, type Usage } from './usage.ts';

const script = fileURLToPath(new URL('stack.ts', import.meta.url));

/** A stack whose process is measured. */
export interface MeasuredStack {
  readonly pid: number;
  readonly ready: ReadyInfo;
  /** Name of the table of sessions. */
  readonly table: string;
  /** @param collected after a garbage collection */
  usage(collected?: 'collected'): Promise<Usage>;
  kill(): Promise<void>;
}

/** Starts it with one heap for all threads, as `npx chirpsmith start` does. @throws Error when the process ends */
export async function startMeasuredStack(options: z.infer<typeof optionsShape>): Promise<MeasuredStack> {
  const { PROVIDER_BASE_URL: _, PROVIDER_API_KEY: __, ...environment } = process.env;
  const child = fork(script, ['--options', JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
    env: { ...environment, MALLOC_ARENA_MAX: '1' },
  });
  const ended = once(child, 'exit');
  const first = await next(child);
  if (!('ready' in first)) throw new Error('The stack did not begin with what it is.');
  return {
    ...first,
    pid: first.ready.pid,
    async usage(collected) {
      child.send(collected ?? 'now');
      const message = await next(child);
      if (!('usage' in message)) throw new Error('The stack did not answer what it has used.');
      return message.usage;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function next(child: ChildProcess): Promise<z.infer<typeof messageShape>> {
  const ended = new AbortController();
  const end = () => ended.abort(new Error('The process of the stack has ended.'));
  child.once('exit', end);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return messageShape.parse(message);
  } finally {
    child.off('exit', end);
  }
}
