import { environment } from '../../shared/environment.ts';
import { once } from './once.ts';

export const settings = /* @__PURE__ */ once(() => environment('SETTINGS'));

export const audioBucket = () => environment('AUDIO_BUCKET');

/** The clock: ISO moments. */
export const now = () => () => new Date().toISOString();

/** The clock: milliseconds since the epoch. */
export const milliseconds = () => Date.now;

/** How much faster than the wall's clock waits run. */
export const speed = () => environment('CLOCK_SPEED');

export const random = () => Math.random;
