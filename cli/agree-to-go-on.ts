import type { SessionAnswer } from '../functions/api/contract/session.ts';
import { isRunning } from '../functions/domain/session.ts';
import { needsAudio } from './audio-way.ts';
import { payeeOf } from './billed-account.ts';
import type { CommandContext } from './command.ts';
import { confirmSpending, mostToCome } from './confirm-spending.ts';
import type { ConnectedStack } from './connect.ts';
import { aboutCredits } from './output/format.ts';

/** Tracks of a session that its next run sends to the provider. */
export const tracksToSend = (session: SessionAnswer): SessionAnswer['tracks'] =>
  isRunning(session) ? [] : session.tracks.filter(needsAudio);

/**
 * Requires consent to what going on with a session still costs.
 * @throws UsageError as {@link confirmSpending} does
 */
export async function agreeToGoOn(
  session: SessionAnswer,
  consent: { readonly yes: boolean },
  reached: ConnectedStack,
  context: CommandContext,
): Promise<void> {
  const { name, creditsToCome: credits } = session;
  if (isRunning(session) || credits === 0) return;
  const toBeSent = tracksToSend(session).length;
  const dialect = session.music?.dialect ?? 'mountsea';
  const { provider } = payeeOf(dialect, reached.stack);
  const spending = {
    what: `go on with "${name}"`,
    question: `Go on with "${name}", for ${aboutCredits(session)}, at ${provider}?`,
    ...{ dialect, credits, sendsAudio: toBeSent > 0, atMost: mostToCome(session, toBeSent) },
  };
  await confirmSpending(spending, consent, reached, context);
}
