import { wavFile } from '../sample-music/wav-file.ts';
import { chance } from './chance.ts';

const sampleRate = 16_000;

/** Semitones of a minor pentatonic scale: any of its notes sound well together. */
const scale = [0, 3, 5, 7, 10, 12, 15];

/** A little tune as a WAV file, the same for the same clip: short notes over a long low one. */
export function clipAudio(clipId: string, seconds: number): Uint8Array {
  const samples = new Float32Array(Math.round(seconds * sampleRate));
  const root = 110 * 2 ** (Math.floor(chance(clipId, 'root') * 12) / 12);
  const beat = 0.25 + 0.15 * chance(clipId, 'tempo');
  add(samples, { at: 0, length: seconds, frequency: root, volume: 0.25 });
  for (let note = 0; note * beat < seconds; note++) {
    const step = scale[Math.floor(chance(clipId, `note ${note}`) * scale.length)] ?? 0;
    add(samples, { at: note * beat, length: beat * 2, frequency: root * 2 * 2 ** (step / 12), volume: 0.3 });
  }
  return wavFile([samples], sampleRate);
}

/** A tone that begins at once and fades. */
function add(
  samples: Float32Array,
  tone: { at: number; length: number; frequency: number; volume: number },
): void {
  const from = Math.round(tone.at * sampleRate);
  const frames = Math.min(Math.round(tone.length * sampleRate), samples.length - from);
  // The wave is turned on from sample to sample: a sine for each takes ten times as long.
  const step = (2 * Math.PI * tone.frequency) / sampleRate;
  const [stepSine, stepCosine] = [Math.sin(step), Math.cos(step)];
  let sine = 0;
  let cosine = 1;
  for (let i = 0; i < frames; i++) {
    const swell = Math.min(1, i / 200) * (1 - i / frames);
    // With the octave above: sin 2x = 2 sin x cos x.
    const wave = sine + 0.6 * sine * cosine;
    samples[from + i] = (samples[from + i] ?? 0) + tone.volume * swell * wave;
    const turned = sine * stepCosine + cosine * stepSine;
    cosine = cosine * stepCosine - sine * stepSine;
    sine = turned;
  }
}
