import type { PayeeAnswer } from '../functions/api/contract/account.ts';
import type { SessionAnswer } from '../functions/api/contract/session.ts';
import type { Dialect } from '../functions/provider/provider.ts';
import { defaultSettings } from '../functions/shared/settings.ts';
import { ApiRefusal, ApiUnreachable } from './api-errors.ts';
import { payeeOf } from './billed-account.ts';
import type { CommandContext } from './command.ts';
import type { ConnectedStack } from './connect.ts';
import type { CliEvent } from './events.ts';
import { requireProvider } from './require-provider.ts';
import { outputsFile } from './stage/stage.ts';
import { UsageError } from './usage-error.ts';

/** What a person is to agree to. */
export interface Spending {
  /** As in "train "Night Drive" on 8 files". */
  readonly what: string;
  readonly question: string;
  /** What it costs by the configured prices; absent where no price is documented. */
  readonly credits?: number;
  /** What it costs where every upload is repeated as often as one run may; absent where nothing is repeated. */
  readonly atMost?: number;
  /** Who is paid. */
  readonly dialect: Dialect;
  /** Files go to the provider. */
  readonly sendsAudio?: boolean;
}

type Reached = Pick<ConnectedStack, 'stack'> & {
  readonly client: Pick<ConnectedStack['client'], 'getAccount'>;
};
type Context = Pick<CommandContext, 'ask' | 'signal' | 'display' | 'env' | 'fetch' | 'target'>;

/** The price of uploads that are each sent as often as one run may. */
export const mostForUploads = (uploads: number): number =>
  uploads * defaultSettings.limits.uploadAttempts * defaultSettings.prices.upload;

/** What going on with a session costs at most, where these of its tracks are still to be sent. */
export const mostToCome = (
  { creditsToCome }: Pick<SessionAnswer, 'creditsToCome'>,
  toBeSent: number,
): number => creditsToCome + mostForUploads(toBeSent) - toBeSent * defaultSettings.prices.upload;

/**
 * Requires consent: `--yes`, or an answer at the terminal. Says before what is paid to whom, from which account and with
 * which balance. The sandbox takes no real credits, so it asks only where confirming is the point of the command,
 * and only at a terminal.
 * @throws UsageError when the answer is no, when real credits need consent and there is no terminal, or when `--yes`
 *   was meant for another provider
 */
export async function confirmSpending(
  spending: Spending,
  { yes, evenInSandbox = false }: { yes: boolean; evenInSandbox?: boolean },
  reached: Reached,
  context: Context,
): Promise<void> {
  const { ask, signal } = context;
  signal.throwIfAborted();
  const payee = payeeOf(spending.dialect, reached.stack);
  if (payee.sandbox && (yes || !(evenInSandbox && ask))) return;
  if (!yes && !ask) {
    throw new UsageError(`Nothing was spent: ${payee.provider} takes real credits.`, [
      { where: '--yes', message: 'Nobody can be asked here: add --yes to agree beforehand.' },
    ]);
  }
  if (await agreedTo(spending, { yes }, reached, context)) return;
  throw new UsageError('Nothing was started or spent.');
}

/**
 * Says what is paid to whom, unless it is the sandbox, and asks; `--yes` is the answer where it was given.
 * @returns false for no, and where nobody can be asked: nothing is said then
 * @throws UsageError when `--yes` was meant for another provider
 */
export async function agreedTo(
  spending: Spending,
  { yes }: { yes: boolean },
  reached: Reached,
  context: Context,
): Promise<boolean> {
  const { ask, display } = context;
  if (!yes && !ask) return false;
  const payee = payeeOf(spending.dialect, reached.stack);
  if (!payee.sandbox) {
    await requireProvider(spending.dialect, context);
    const account = await accountOf(reached);
    if (yes) requireNamed(payee.provider, hostOf(spending.dialect, account), context);
    display.emit(spendingEvent(spending, { payee: payee.provider, account }, reached, context));
  }
  return yes || ((await ask?.(spending.question)) ?? false);
}

/** What the API says of the account; undefined where it is older than the question, or cannot be asked. */
async function accountOf({ client }: Reached): Promise<PayeeAnswer | undefined> {
  try {
    return await client.getAccount();
  } catch (error) {
    if (error instanceof ApiRefusal || error instanceof ApiUnreachable) return undefined;
    throw error;
  }
}

const hostOf = (dialect: Dialect, account: PayeeAnswer | undefined) =>
  dialect === 'relay' ? account?.relay : account?.provider;

/**
 * `--yes` was given for the provider that is known here of the stage; since then another deployment may have changed it.
 * @throws UsageError
 */
function requireNamed(
  named: string,
  paid: string | undefined,
  { target: { stage }, env }: Pick<CommandContext, 'target' | 'env'>,
): void {
  const host = URL.parse(named)?.host;
  if (stage === undefined || host === undefined || paid === undefined || paid === host || paid === 'sandbox')
    return;
  const message =
    `Stage ${stage} pays ${paid}, and ${outputsFile(stage, env)} names ${host}. To be asked, leave --yes out at a ` +
    'terminal; to agree beforehand, take the file of the last deployment in its place.';
  throw new UsageError('Nothing was spent: the stage pays another provider than is known here.', [
    { where: '--yes', message },
  ]);
}

function spendingEvent(
  { what, credits, atMost, dialect, sendsAudio = false }: Spending,
  { payee, account }: { payee: string; account: PayeeAnswer | undefined },
  { stack }: Reached,
  { target: { stage } }: Pick<CommandContext, 'target'>,
): Extract<CliEvent, { event: 'spending' }> {
  return {
    event: 'spending',
    what,
    provider: hostOf(dialect, account) ?? URL.parse(payee)?.host ?? payee,
    ...(credits === undefined ? {} : { credits, atMost: atMost ?? credits }),
    account: `the account of the key ${keyWords(dialect, stage)}`,
    ...balanceOf(dialect, account),
    ...(sendsAudio ? { audio: audioWords(stack, stage) } : {}),
  };
}

function keyWords(dialect: Dialect, stage: string | undefined): string {
  const relay = dialect === 'relay';
  if (stage === undefined) return relay ? 'in RELAY_API_KEY' : 'in PROVIDER_API_KEY';
  return `that stage ${stage} keeps${relay ? ' for the relay' : ''}`;
}

function balanceOf(dialect: Dialect, account: PayeeAnswer | undefined) {
  if (dialect === 'relay') return { balanceUnknown: 'no service of a relay tells it' };
  if (account?.credits !== undefined) return { balance: account.credits };
  return { balanceUnknown: account?.creditsUnknown ?? 'the API does not tell it' };
}

/** Which way the files go. */
function audioWords({ audio, bucket }: ConnectedStack['stack'], stage: string | undefined): string {
  if (stage !== undefined)
    return `by signed links to the bucket${bucket ? ` ${bucket}` : ''} of stage ${stage}`;
  switch (audio?.kind) {
    case 'tunnel':
      return `through ${audio.name}`;
    case 'bucket':
      return `copied to ${audio.name}, and ${audio.keep ? 'kept there' : 'deleted there when the session is done'}`;
    default:
      return 'by links to this machine';
  }
}
