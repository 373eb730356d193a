import type { Dialect } from '../provider/provider.ts';
import type { Problem } from '../shared/errors.ts';
import {
  isCustomModel,
  isOneOf,
  isUnknownModel,
  relaySongModels,
  stockModels,
  tauModels,
} from './music-rules.ts';

/** What of a request for music says where it is made. */
export interface DialectWish {
  /** A model's id; none where it is left to the dialect. */
  readonly model?: string | undefined;
  /** Said outright. */
  readonly dialect?: Dialect | undefined;
  readonly persona?: { readonly name?: string | undefined; readonly dialect: Dialect } | undefined;
  /** The clip that it is made from; only whether there is one counts here. */
  readonly fromClip?: unknown;
  readonly instrumental?: boolean | undefined;
}

/**
 * Where music is made: where its persona lives, else as it is said, else at the relay where it is made from a clip, else
 * where its model is, else at MountSea.
 */
export function dialectOf({ model, dialect, persona, fromClip }: DialectWish): Dialect {
  if (persona) return persona.dialect;
  if (dialect) return dialect;
  if (fromClip !== undefined) return 'relay';
  return model !== undefined && isOneOf(tauModels, model) ? 'relay' : 'mountsea';
}

/** The model that is taken where none is named; MountSea has none for that. */
export function defaultModel(dialect: Dialect, persona: object | undefined): string | undefined {
  if (dialect === 'mountsea') return undefined;
  return persona ? tauModels[0] : relaySongModels[0];
}

/** How a dialect is called in a sentence. */
export const dialectNames = { mountsea: 'MountSea', relay: 'the relay' } as const satisfies Record<
  Dialect,
  string
>;

/** What a person has to know before music is made from a clip: nobody here has seen such a call. */
export const clipDoubt =
  'The page of the relay names clip_id, and leaves open which task and mv go with it. It is sent with the fields of a plain song. A relay that does not know the field may make a song without the clip, for the same price.';

/** A relay is configured; or the setting that names one, as the person sets it who runs the stack. */
export type RelayHere = true | { readonly set: string };

/** That there is none, and where to read more. */
export const noRelay = ({ set }: Exclude<RelayHere, true>): string =>
  `none is configured here: set ${set} (docs/music.md)`;

const list = (models: readonly string[]) => models.join(', ');
const isRelays = (model: string) => isOneOf([...tauModels, ...relaySongModels], model);

/**
 * Which rules of the provider's pages a request breaks, each by its field; nothing is sent while one is broken. The
 * same rules hold in the API, before anything is recorded, and in `Request music`, before the call.
 * @param relay of this stack
 */
export function dialectProblems(wish: DialectWish, relay: RelayHere): Problem[] {
  const { persona, model, dialect: said, fromClip } = wish;
  const dialect = dialectOf(wish);
  const problems: Problem[] = [];
  const complain = (where: string, message: string) => problems.push({ where, message });

  if (persona && said !== undefined && said !== persona.dialect) {
    const lives = `the persona lives at ${dialectNames[persona.dialect]}`;
    complain('dialect', `is "${said}", and ${lives}, where its music is made: leave it out`);
  }
  if (dialect === 'relay' && relay !== true) {
    const where = persona ? 'persona' : said ? 'dialect' : fromClip ? 'fromClip' : 'model';
    complain(where, `asks for the relay, and ${noRelay(relay)}`);
  }
  if (fromClip !== undefined && persona) {
    complain(
      'fromClip',
      'cannot be combined with a persona, which is of a clip already: leave out one of them',
    );
  } else if (fromClip !== undefined && dialect === 'mountsea') {
    complain('fromClip', 'is for the relay, whose page alone makes music from a clip: say dialect "relay"');
  }
  // Documented: a model is owned by one account, a persona may be of another.
  if (persona && model !== undefined && isCustomModel(model)) {
    complain('model', 'is a custom model, which cannot sing with a persona: leave out one of them');
  } else if (dialect === 'relay') {
    const problem = relayModelProblem(model, persona !== undefined);
    if (problem) complain(...problem);
  } else if (model === undefined) {
    const own = persona ? 'with this persona' : 'a name of a model of yours, its id, or';
    complain('model', `is missing: ${own} one of ${list(stockModels)}`);
  } else if (isRelays(model)) {
    const why = isOneOf(tauModels, model)
      ? 'for personas that live there'
      : 'say dialect "relay" (--provider relay) for it';
    complain('model', `is a model of the relay, ${why}; MountSea has ${list(stockModels)}`);
  }
  if (dialect === 'relay' && persona && wish.instrumental) {
    complain('instrumental', 'has no meaning for a persona at the relay, which is a voice: leave it out');
  }
  return problems;
}

function relayModelProblem(
  model: string | undefined,
  withPersona: boolean,
): [where: string, message: string] | undefined {
  if (model === undefined) return undefined;
  if (isCustomModel(model)) {
    return ['model', 'is a custom model, and the relay has none: make this music at MountSea'];
  }
  if (isUnknownModel(model)) return undefined;
  if (withPersona) {
    if (isOneOf(tauModels, model)) return undefined;
    return ['model', `cannot sing with a persona at the relay: use ${list(tauModels)}, or name no model`];
  }
  if (isOneOf(tauModels, model)) return ['persona', `is missing: ${model} sings with a persona only`];
  if (isOneOf(relaySongModels, model)) return undefined;
  return ['model', `is no model of the relay: use ${list(relaySongModels)}, or name none`];
}
