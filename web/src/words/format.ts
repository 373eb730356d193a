/** `1 track`, `2,000 tracks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** `8 s`, `1 min 05 s`, `2 h 10 min` of seconds. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (part: number) => String(part).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** `3 min`, `2 h`, `4 d` of seconds: one number is enough for an age. */
export function age(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `2:07` of seconds. */
export function length(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** `26 Nov, 14:14 UTC` */
export function moment(iso: string): string {
  const at = new Date(iso);
  const month = at.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  return `${at.getUTCDate()} ${month}, ${iso.slice(11, 16)} UTC`;
}

/** Characters that would move the cursor, or turn the direction of the text around them; a new line stays. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text of others, with what cannot be seen in it made visible: `\u202e`. */
export function printable(text: string): string {
  return text.replace(unseen, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The first part of an id is enough to tell it from others. */
export const shortId = (id: string) => id.slice(0, 8);

/** `14:15:31` of seconds after a moment, UTC; with the day, where it is another one. */
export function clock(since: string, seconds: number): string {
  const at = new Date(Date.parse(since) + seconds * 1000).toISOString();
  const isOtherDay = at.slice(0, 10) !== new Date(since).toISOString().slice(0, 10);
  return `${isOtherDay ? `${at.slice(5, 10)} ` : ''}${at.slice(11, 19)}`;
}
