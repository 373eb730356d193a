import * as z from 'zod';
import { dialects } from '../provider/provider.ts';
import { providerOriginSchema } from './provider-origin.ts';

const count = z.number().int().nonnegative();

/** A persona that was made here, or is being made. It outlives its music's record, as it does at the provider. */
export const personaSchema = z.object({
  owner: z.string(),
  name: z.string(),
  description: z.string().optional(),
  dialect: z.enum(dialects),
  /** Where its id means something. */
  provider: providerOriginSchema.optional(),
  /** The generated clip that it is made from, and the session of that music. */
  clipId: z.string(),
  sessionId: z.string(),
  /**
   * The fence around the call, as around create: `none` → `intent` before it; then `made`, back to `none` when it was
   * surely not taken, or `unknown` when its answer was lost.
   */
  fence: z.enum(['none', 'intent', 'unknown', 'made']),
  /** Calls that the provider may have taken. */
  calls: count,
  requestedAt: z.iso.datetime(),
  /** The request that called last, where it had an idempotency key: a repetition of it does not call again. */
  requestId: z.string().optional(),
  /** The provider's id; only of one that is made. */
  personaId: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
  /** What came in place of an answer, with the provider's message where there is one. */
  lost: z.string().optional(),
  /** Grows with every write; each write names the version that it saw. */
  version: count,
});

export type Persona = z.infer<typeof personaSchema>;

/** A persona that is there, with its id. */
export type MadePersona = Persona & { readonly personaId: string };

/** What makes two requests the same: the same voice, from the same clip of the same provider, under the same name. */
export type PersonaIdentity = Pick<Persona, 'owner' | 'dialect' | 'provider' | 'clipId' | 'name'>;

/** The registry of personas, in the session table. Methods throw the errors of the session store. */
export interface PersonaStore {
  find(identity: PersonaIdentity): Promise<Persona | undefined>;
  /**
   * Replaces the persona that was read. Of two writers that read the same one, the second gets RecordConflict.
   * @param seen undefined where there was none
   */
  put(persona: Omit<Persona, 'version'>, seen: Persona | undefined): Promise<Persona>;
  /** All personas of an owner, those in doubt included, newest first. */
  list(owner: string): Promise<Persona[]>;
}

/** Is it there, rather than in doubt or never taken? */
export function isMade(persona: Persona): persona is MadePersona {
  return persona.fence === 'made' && persona.personaId !== undefined;
}
