import * as z from 'zod';
import { providerOriginSchema } from './provider-origin.ts';
import { rightsSchema } from './rights.ts';

/** A model that was trained here. It outlives its session's record, as it does at the provider. */
export const modelSchema = z.object({
  /** `chirp-custom:<uuid>` */
  modelId: z.string(),
  name: z.string(),
  owner: z.string(),
  /** The session that trained it. */
  sessionId: z.string(),
  /** Names of the files that it was made from. */
  files: z.array(z.string()),
  /** Credits that its session may have cost, by the configured prices. */
  credits: z.number(),
  createdAt: z.iso.datetime(),
  /** What the provider calls the model that it was trained on top of, where its answer says so (undocumented). */
  base: z.string().optional(),
  /** Who confirmed that the recordings are theirs to train on, and when. */
  rights: rightsSchema.optional(),
  /** Where its id means something. */
  provider: providerOriginSchema.optional(),
});

export type Model = z.infer<typeof modelSchema>;

/** The registry of models, in the session table. Methods throw the errors of the session store. */
export interface ModelStore {
  /** Written once; a model that is there already is left as it is. */
  register(model: Model): Promise<void>;
  /** All models of an owner, newest first. */
  list(owner: string): Promise<Model[]>;
}

/** From how many models on, of those that the account can hold, a person is warned: four fifths. */
const nearShare = 0.8;

/** The warning before another model is paid for, or undefined. @param limit as configured */
export function nearlyFull(models: number, limit: number | undefined): string | undefined {
  if (limit === undefined || models < limit * nearShare) return undefined;
  return `${models} models of yours are known here, and the account is said to hold ${limit}: the provider may refuse another one. Deleting one there is reported to free no place.`;
}
