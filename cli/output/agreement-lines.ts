import type { CliEvent } from '../events.ts';
import { nextLines } from './end-lines.ts';
import { aboutCredits, counted } from './format.ts';

type Price = Extract<CliEvent, { event: 'price' }>;
type Begun = Extract<CliEvent, { event: 'session.resumed' | 'session.approved' | 'session.decided' }>;

/** What a person is about to agree to. */
export function priceWords({ kind, clips, credits, earlier }: Price): string {
  const price = counted(credits, 'credit');
  if (kind === 'music') return musicPriceWords(price, earlier);
  const training = `Training on ${counted(clips, 'clip')}`;
  switch (earlier) {
    case 'none':
      return `${training} costs about ${price}.`;
    case 'in-doubt':
      return `Create was called already, and its answer was lost: it may have been paid. ${training} by calling it again may cost ${price} a second time.`;
    case 'failed':
      return `A training was paid already, and failed. ${training} once more costs another ${price}.`;
    case 'overdue':
      return `A training was paid already, and may still end well: a resume looks again, for nothing. ${training} once more costs another ${price}.`;
  }
}

function musicPriceWords(price: string, earlier: Price['earlier']): string {
  switch (earlier) {
    case 'none':
      return `The music costs about ${price}.`;
    case 'in-doubt':
      return `The music was asked for already, and the response was lost: it may have been paid. Asking again may cost ${price} a second time.`;
    case 'failed':
      return `The music was paid already, and failed. Making it once more costs another ${price}.`;
    case 'overdue':
      return `The music was paid already, and may still end well: a resume looks again, for nothing. Making it once more costs another ${price}.`;
  }
}

/** What a person is about to agree to, line by line. */
export function spendingLines(event: Extract<CliEvent, { event: 'spending' }>): string[] {
  const { what, provider, credits, atMost = credits, account, balance, balanceUnknown, audio } = event;
  const more = atMost === credits ? '' : `, at most ${atMost} in this run`;
  const cost =
    credits === undefined ? 'what it costs is not documented' : `about ${counted(credits, 'credit')}${more}`;
  const left =
    balance === undefined
      ? `its balance is not known: ${balanceUnknown}`
      : `${counted(balance, 'credit')} left`;
  return [
    'Before you agree:',
    `  what      ${what}`,
    `  provider  ${provider}, which takes real credits`,
    `  cost      ${cost}`,
    `  account   ${account}; ${left}`,
    ...(audio === undefined ? [] : [`  audio     ${audio}`]),
  ];
}

/** What a person's word has brought about. */
export function begunLines(event: Begun): string[] {
  const name = `"${event.name}"`;
  const spent = `${counted(event.creditsSpent, 'credit')} spent so far`;
  const toCome = event.creditsToCome === 0 ? 'none to come' : `${aboutCredits(event)} to come`;
  return [begunWords(event, name), `${spent}, ${toCome}.`, ...nextLines(event.next)];
}

function begunWords({ event, kind, already, choice }: Begun, name: string): string {
  if (already) return `${name} is under way already; nothing was started twice.`;
  if (event === 'session.resumed') return `${name} goes on.`;
  if (event === 'session.approved') return `Approved: ${name} goes on to its training.`;
  if (choice === 'check-again') return `The provider is asked once more about ${name}.`;
  return `Recorded: ${kind === 'music' ? 'the music is asked for' : 'create is called'} again for ${name}.`;
}
