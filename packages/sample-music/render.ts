import { type Part, type Piece, ringingSeconds } from './score.ts';
import { sampleRate } from './voices.ts';

/** Highest sample of a finished piece: a little under the full scale, so that no player clips it. */
const peak = 0.85;
/** Seconds at the end over which all sound fades to nothing. */
const fadeSeconds = 0.5;

/** Frames (samples of one channel) of the finished piece. */
export function framesOf(piece: Piece): number {
  return Math.round(((piece.beats * 60) / piece.tempo + ringingSeconds) * sampleRate);
}

/** Plays a piece: one array of samples in [-1, 1] per channel. The same piece gives the same samples. */
export function render(piece: Piece): Float32Array[] {
  const channels = Array.from({ length: piece.channels }, () => new Float32Array(framesOf(piece)));
  for (const part of piece.parts) addPart(channels, part, 60 / piece.tempo);
  for (const channel of channels) {
    if (piece.echo) addEcho(channel, piece.echo.beats * (60 / piece.tempo), piece.echo.feedback);
  }
  finish(channels);
  return channels;
}

function addPart(channels: readonly Float32Array[], part: Part, beat: number): void {
  // A tone that comes again is the same samples; most of the music is repetition.
  const played = new Map<string, Float32Array>();
  // Equal power: the two loudnesses squared add up to the same wherever the part sits.
  const angle = ((part.pan ?? 0) + 1) * (Math.PI / 4);
  const sides = channels.length === 1 ? [1] : [Math.cos(angle), Math.sin(angle)];
  for (const { start, length, pitch } of part.notes) {
    const key = `${pitch} ${length}`;
    const tone = played.get(key) ?? part.voice(440 * 2 ** ((pitch - 69) / 12), length * beat);
    played.set(key, tone);
    const at = Math.round(start * beat * sampleRate);
    channels.forEach((channel, side) => {
      const gain = part.volume * (sides[side] ?? 1);
      const end = Math.min(tone.length, channel.length - at);
      for (let i = 0; i < end; i++) channel[at + i] = (channel[at + i] ?? 0) + gain * (tone[i] ?? 0);
    });
  }
}

function addEcho(channel: Float32Array, seconds: number, feedback: number): void {
  const delay = Math.round(seconds * sampleRate);
  for (let i = delay; i < channel.length; i++) {
    channel[i] = (channel[i] ?? 0) + feedback * (channel[i - delay] ?? 0);
  }
}

function finish(channels: readonly Float32Array[]): void {
  let highest = 0;
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) highest = Math.max(highest, Math.abs(channel[i] ?? 0));
  }
  const gain = highest > 0 ? peak / highest : 1;
  const fade = fadeSeconds * sampleRate;
  for (const channel of channels) {
    for (let i = 0; i < channel.length; i++) {
      channel[i] = (channel[i] ?? 0) * gain * Math.min(1, (channel.length - 1 - i) / fade);
    }
  }
}
