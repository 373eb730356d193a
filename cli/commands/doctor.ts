import { defaultPort, rowOfPorts } from '../../local/index.ts';
import { audioWay, commonWithPlace } from '../command-line/common-flags.ts';
import { type ArgumentsOf, defineCommand } from '../command-line/define-command.ts';
import { number } from '../command-line/flags.ts';
import type { ExitCode } from '../exit-codes.ts';

const { user: _, ...place } = commonWithPlace;

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Check this machine, the provider and the key; spends nothing',
  page: 'local.md',
  usage: [
    ['', 'for sessions on this machine'],
    ['--stage NAME', 'looks at a stage in AWS as well'],
  ],
  about: [
    'One line a check: ✓ is right, ! needs a look, ✗ keeps commands from working; what to do is below. Nothing is started or changed.',
    'The provider is the one that PROVIDER_BASE_URL and PROVIDER_API_KEY name. The key is tried by asking for a task that does not exist, once with it and once without; the balance comes from PROVIDER_CREDITS_URL. The clock is compared with the servers that are asked.',
  ],
  tooMany: 'It takes options only.',
  flags: {
    port: number('<n>', `first port of the row that start is to take (default ${defaultPort})`, {
      from: 1,
      to: 65_536 - rowOfPorts.length,
      whole: true,
    }),
    publicUrl: audioWay.publicUrl,
    audioBucket: audioWay.audioBucket,
    ...place,
  },
  done: 'nothing keeps commands from working',
  run: async (args, context): Promise<ExitCode> =>
    (await import('../doctor/run-doctor.ts')).runDoctor(args, context),
});

export type DoctorArguments = ArgumentsOf<typeof doctor>;
