import type { ModelListAnswer } from '../functions/api/contract/music.ts';
import type { PersonaAnswer } from '../functions/api/contract/persona.ts';
import type { Dialect } from '../functions/provider/provider.ts';
import type { Next } from './next.ts';

/** The audio of a clip as it was saved. */
export interface SavedClip {
  readonly clipId: string;
  /** Whole path. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly format: string;
  readonly durationSeconds: number;
}

/** What the command line says of music, models and personas: a part of `CliEvent`. */
export type MusicEvent =
  | { readonly event: 'session.generating' | 'session.copying'; readonly sessionId: string }
  /** What music costs that is about to be asked for. */
  | {
      readonly event: 'music.cost';
      /** As it was typed; none where it is left to the provider. */
      readonly model?: string;
      readonly persona?: string;
      readonly fromClip?: string;
      readonly dialect: Dialect;
      readonly credits: number;
      readonly provider: string;
      readonly sandbox: boolean;
    }
  | {
      readonly event: 'music.started';
      readonly sessionId: string;
      readonly name: string;
      readonly model: string;
      readonly persona?: string;
      readonly fromClip?: string;
      readonly dialect: Dialect;
      readonly next: readonly Next[];
    }
  | ({ readonly event: 'clip.saved'; readonly sessionId: string } & SavedClip)
  | {
      readonly event: 'music.ready';
      readonly sessionId: string;
      readonly name: string;
      readonly model: string;
      readonly clipIds: readonly string[];
      /** What was saved, where anything was to be. */
      readonly clips: readonly SavedClip[];
      /** The folder, as typed; absent where nothing was to be saved. */
      readonly out?: string;
      readonly creditsSpent: number;
      readonly providerCalls: number;
      readonly seconds: number;
      readonly next: readonly Next[];
    }
  /** The list: one model, and the end. */
  | ({ readonly event: 'model.listed'; readonly ageSeconds: number } & ModelListAnswer['models'][number])
  | {
      readonly event: 'models.listed';
      readonly count: number;
      /** Places of the account, where its limit is configured. */
      readonly slots?: { readonly used: number; readonly limit: number };
      readonly warning?: string;
      readonly next: readonly Next[];
    }
  /** What a persona is about to be made of, and who may take something for it. */
  | {
      readonly event: 'persona.cost';
      readonly name: string;
      readonly sessionId: string;
      readonly dialect: Dialect;
      readonly provider: string;
      readonly sandbox: boolean;
    }
  | ({ readonly event: 'persona.ready'; readonly next: readonly Next[] } & PersonaAnswer)
  /** The list: one persona, and the end. */
  | ({ readonly event: 'persona.listed'; readonly ageSeconds: number } & PersonaAnswer)
  | { readonly event: 'personas.listed'; readonly count: number; readonly next: readonly Next[] };
