import { readFlags, refuseProblems } from './flags.ts';

/** `npm run smoke --` */
export interface SmokeArguments {
  /** An origin of the stage's web pages, whose preflight is tried. */
  readonly origin: string | undefined;
  /** Agrees to buying models. */
  readonly yes: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws InputRejected */
export function parseSmokeArguments(argv: readonly string[], env: NodeJS.ProcessEnv = {}): SmokeArguments {
  const flags = readFlags(argv, { origin: 'string', yes: 'boolean', json: 'boolean', help: 'boolean' }, env);
  for (const where of flags.words) {
    flags.problems.push({ where, message: 'It is no option. The stage: --stage NAME' });
  }
  const origin = flags.text('origin');
  if (origin !== undefined && URL.parse(origin)?.origin !== origin) {
    const message = `"${origin}" is no origin, like https://app.example.com.`;
    flags.problems.push({ where: '--origin', message });
  }
  refuseProblems(flags);
  const { given } = flags;
  return { origin, yes: given('yes'), json: given('json'), help: given('help') };
}
