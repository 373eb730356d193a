import type { ShownValue } from '../../packages/terminal/printable.ts';
import type { CliEvent, UploadProgress } from '../events.ts';

/** Where events become something to see. */
export interface Display {
  emit(event: CliEvent): void;
  progress(progress: UploadProgress): void;
  /** Gives the terminal back as it was; may be called more than once. */
  close(): void;
}

/** An event whose texts are escaped, all of them: file names, the provider's words, addresses, names of models. */
export type ShownEvent = ShownValue<CliEvent>;

/** Puts events into words; it gets them escaped. */
export interface Renderer extends Omit<Display, 'emit'> {
  emit(event: ShownEvent): void;
}

/** A stream that may be a terminal. */
export interface Output {
  write(text: string): boolean;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}
