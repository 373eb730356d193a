/** Samples a second. */
export const sampleRate = 22_050;

/** Plays one tone: gives its samples, the dying away included. */
export type Voice = (frequency: number, seconds: number) => Float32Array;

/** How loud a tone is over its time; seconds, and `sustain` as a share of the peak. */
interface Envelope {
  readonly attack: number;
  readonly decay: number;
  readonly sustain: number;
  readonly release: number;
}

interface Timbre extends Envelope {
  /** Loudness of the first, second, third … partial. */
  readonly partials: readonly number[];
  /** Second oscillator beside the first, as a share of the frequency: the two beat, which sounds wide. */
  readonly detune?: number;
  /** Hertz by which the tone swings, five times a second. */
  readonly vibrato?: number;
}

const tableLength = 2048;

/** One period of a wave from its partials, with its first sample again at the end. */
function waveTable(partials: readonly number[], loudness: number): Float32Array {
  const table = new Float32Array(tableLength + 1);
  for (let i = 0; i <= tableLength; i++) {
    const angle = (2 * Math.PI * i) / tableLength;
    table[i] = partials.reduce((sum, partial, n) => sum + partial * Math.sin(angle * (n + 1)), 0) / loudness;
  }
  return table;
}

/** Gives the wave for a frequency: without the partials above half the sample rate, which would sound as wrong tones. */
function waves(partials: readonly number[]): (frequency: number) => Float32Array {
  const loudness = partials.reduce((sum, partial) => sum + partial, 0);
  const tables = new Map<number, Float32Array>();
  return (frequency) => {
    const audible = Math.min(partials.length, Math.max(1, Math.floor(sampleRate / 2 / frequency)));
    const table = tables.get(audible) ?? waveTable(partials.slice(0, audible), loudness);
    tables.set(audible, table);
    return table;
  };
}

/** A voice that swings: a wave under an envelope. */
function tone(timbre: Timbre): Voice {
  const wave = waves(timbre.partials);
  return (frequency, seconds) => {
    const table = wave(frequency);
    const length = Math.ceil((seconds + timbre.release) * sampleRate);
    const samples = new Float32Array(length);
    const oscillators = timbre.detune ? [1 - timbre.detune, 1 + timbre.detune] : [1];
    for (const share of oscillators) {
      const step = (frequency * share * tableLength) / sampleRate;
      const swing = ((timbre.vibrato ?? 0) * tableLength) / sampleRate;
      let phase = 0;
      for (let i = 0; i < length; i++) {
        const index = phase | 0;
        const low = table[index] ?? 0;
        const high = table[index + 1] ?? 0;
        samples[i] = (samples[i] ?? 0) + (low + (high - low) * (phase - index)) / oscillators.length;
        phase += swing ? step + swing * Math.sin((10 * Math.PI * i) / sampleRate) : step;
        if (phase >= tableLength) phase -= tableLength;
      }
    }
    return shape(samples, timbre, seconds);
  };
}

/** Attack rises straight; decay and release fall by the same share in each moment, as things that ring do. */
function shape(samples: Float32Array, envelope: Envelope, seconds: number): Float32Array {
  const rise = Math.max(1, envelope.attack * sampleRate);
  const fall = Math.exp(-1 / (envelope.decay * sampleRate));
  // Five time constants: what is left of a tone at its end is under one hundredth.
  const fade = Math.exp(-5 / (envelope.release * sampleRate));
  const released = seconds * sampleRate;
  let level = 0;
  let above = 1 - envelope.sustain;
  for (let i = 0; i < samples.length; i++) {
    if (i >= released) level *= fade;
    else if (i < rise) level = i / rise;
    else {
      above *= fall;
      level = envelope.sustain + above;
    }
    samples[i] = (samples[i] ?? 0) * level;
  }
  return samples;
}

/** Noise that is the same every time (a linear congruential generator, Numerical Recipes' constants). */
function noise(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x8000_0000 - 1;
  };
}

/** A stroke: `sample` by seconds since the stroke, for `length` seconds, fading with the time constant `decay`. */
function stroke(length: number, decay: number, sample: (t: number) => number): Float32Array {
  return Float32Array.from({ length: Math.round(length * sampleRate) }, (_, i) => {
    const t = i / sampleRate;
    return sample(t) * Math.exp(-t / decay);
  });
}

/** A string that is plucked. */
export const pluck = tone({
  partials: [1, 0.6, 0.35, 0.25, 0.15, 0.1],
  attack: 0.003,
  decay: 0.35,
  sustain: 0.05,
  release: 0.25,
});

/** A long, hard string: koto or zither. */
export const zither = tone({
  partials: [1, 0.3, 0.5, 0.1, 0.25, 0.05, 0.12],
  attack: 0.002,
  decay: 0.6,
  sustain: 0.02,
  release: 0.9,
});

/** Soft and nearly pure. */
export const flute = tone({
  partials: [1, 0.18, 0.06],
  attack: 0.05,
  decay: 0.3,
  sustain: 0.8,
  release: 0.12,
  vibrato: 4,
});

/** A reed: odd partials. */
export const reed = tone({
  partials: [1, 0.08, 0.6, 0.06, 0.35, 0.04, 0.2],
  attack: 0.03,
  decay: 0.4,
  sustain: 0.7,
  release: 0.1,
});

/** Pipes of an organ: octaves and a fifth. */
export const organ = tone({
  partials: [1, 0.7, 0.3, 0.45, 0.05, 0.15, 0, 0.2],
  attack: 0.04,
  decay: 1,
  sustain: 0.95,
  release: 0.2,
});

/** A harpsichord's bright string. */
export const harpsichord = tone({
  partials: [0.7, 0.9, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2],
  attack: 0.002,
  decay: 0.3,
  sustain: 0.12,
  release: 0.12,
});

/** An electric guitar, a little dirty. */
export const guitar = tone({
  partials: [1, 0.8, 0.55, 0.4, 0.3, 0.25, 0.2, 0.12],
  attack: 0.004,
  decay: 0.5,
  sustain: 0.25,
  release: 0.08,
});

/** A round bass. */
export const bass = tone({
  partials: [1, 0.45, 0.15, 0.05],
  attack: 0.006,
  decay: 0.4,
  sustain: 0.4,
  release: 0.08,
});

/** A sawtooth, for machines. */
export const saw = tone({
  partials: Array.from({ length: 20 }, (_, n) => 1 / (n + 1)),
  attack: 0.004,
  decay: 0.09,
  sustain: 0.25,
  release: 0.05,
});

/** Many strings far away. */
export const pad = tone({
  partials: [1, 0.5, 0.33, 0.25, 0.12, 0.06],
  attack: 0.9,
  decay: 1,
  sustain: 0.85,
  release: 1.3,
  detune: 0.003,
});

/** A bell of glass. */
export const bell = tone({
  partials: [1, 0, 0.3, 0, 0, 0.18],
  attack: 0.004,
  decay: 0.8,
  sustain: 0.02,
  release: 1,
});

/** A drum that falls from 150 to 45 Hz. */
export const kick: Voice = () =>
  stroke(0.3, 0.1, (t) => Math.sin(2 * Math.PI * (45 * t + 105 * 0.03 * (1 - Math.exp(-t / 0.03)))));

/** Snare or clap: noise over a tone. */
export const snare: Voice = () => {
  const next = noise();
  return stroke(0.2, 0.05, (t) => 0.7 * next() + 0.4 * Math.sin(2 * Math.PI * 190 * t));
};

/** A closed hi-hat: the high part of noise. */
export const hat: Voice = () => {
  const next = noise();
  let before = 0;
  return stroke(0.07, 0.018, () => {
    const now = next();
    const high = (now - before) / 2;
    before = now;
    return high;
  });
};
