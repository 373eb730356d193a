/** The local stack in a process of its own that answers what it holds and has done: forked by measured-stack.ts. */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { hastenFirstCalls } from '../../local/stack/first-calls.ts';
import { startStack } from '../../local/stack.ts';
import { virtualClock } from '../../packages/local-servers/clock.ts';
import { countCalls } from '../costs/calls.ts';
import { optionsShape, type Usage, workersIdleSeconds } from './usage.ts';

const { values } = parseArgs({ options: { options: { type: 'string', default: '{}' } } });
const { home, assembly, speed, jumps } = optionsShape.parse(JSON.parse(values.options));
process.umask(0o077);

const counted = countCalls();
const delays = monitorEventLoopDelay({ resolution: 10 });
const stack = await startStack({
  home,
  assembly,
  port: 0,
  speed: jumps ? 1 : speed,
  ...(jumps && {
    clock: virtualClock(Date.now()),
    schedules: false,
    // Room for all functions of a session, so that none is loaded again for the next one.
    workers: { perFunction: 2, total: 12, idleSeconds: workersIdleSeconds },
  }),
  sandbox: { seed: 'load', settings: { credits: 100_000_000 } },
  meter: counted.meter,
});
// As `start` does.
hastenFirstCalls();
delays.enable();

/** Linux only: what the process itself wrote, without the files that are mapped into it. */
function anonymousBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return 1024 * Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]);
}

function usage(): Usage {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const [p50, p99] = [50, 99].map((share) => delays.percentile(share) / 1e6);
  return {
    running: stack.stepFunctions.running(),
    rss,
    anonymous: anonymousBytes(),
    heapUsed,
    cpuSeconds: (user + system) / 1e6,
    loop: { p50: p50 ?? 0, p99: p99 ?? 0, max: delays.max / 1e6 },
    used: { ...counted.used },
    calls: Object.fromEntries(counted.calls),
  };
}

process.on('message', (question) => {
  // Without it the heap holds garbage, and how much of it is chance.
  if (question === 'collected') globalThis.gc?.();
  process.send?.({ usage: usage() });
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: stack.ready, table: stack.assembly.tables[0]?.name });
