import { defaultPort, rowOfPorts, sandboxSpeed } from '../../local/index.ts';
import { audioWay, realistic, speed } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { number, text, toggle } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

export const home = text(
  '<folder>',
  'where everything is kept (default CHIRPSMITH_HOME, or .chirpsmith/ here)',
  {
    isPath: true,
  },
);

export const start = defineCommand({
  name: 'start',
  summary: 'Run API, inbox and provider sandbox until Ctrl-C',
  page: 'local.md',
  usage: [['']],
  about: [
    'API, storage, machine and provider listen on 127.0.0.1 only. The provider is a sandbox that makes no real models, unless PROVIDER_BASE_URL and PROVIDER_API_KEY name another one. The sandbox is the relay, too; beside another provider RELAY_BASE_URL and RELAY_API_KEY name one, and without them there is none.',
  ],
  tooMany: 'It takes options only.',
  flags: {
    // The other ports follow the first.
    port: number(
      '<n>',
      `first of ${rowOfPorts.length} ports in a row (default ${defaultPort}); 0 takes free ones`,
      { from: 0, to: 65_536 - rowOfPorts.length, whole: true },
    ),
    speed: {
      ...speed,
      help: `how much faster than real time waits and sandbox run (default ${sandboxSpeed}); another provider keeps its own time, and waits run in real time if it is not on this machine`,
    },
    ...audioWay,
    realistic,
    home,
    idleExit: number('<s>', 'end after s seconds without a request or an execution', {
      from: 1,
      to: 7 * 24 * 3600,
    }),
    json: toggle('print one line of JSON when everything is ready, and nothing else'),
  },
  ownSignals: true,
  done: 'ended in order',
  run: async (args, { env }): Promise<ExitCode> => {
    const { runStack } = await import('../../local/start.ts');
    return runStack({ ...args, port: args.port ?? defaultPort }, env);
  },
});

export type StartArguments = ArgumentsOf<typeof start>;
