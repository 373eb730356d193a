import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/**
 * What a person has decided about a stage, committed beside the code: the account and region that it lives in, and every
 * field of the configuration that differs from its default. A deployment that forgets a flag cannot change it.
 */
export type StageFile = Readonly<Record<string, unknown>> & {
  readonly account?: string;
  readonly region?: string;
};

/** Where the files of the stages are: `stages/<stage>.json`. */
export const stageFolder = fileURLToPath(new URL('../stages/', import.meta.url));

const fileSchema = z.looseObject({
  account: z
    .string()
    .regex(/^\d{12}$/, 'must be the 12 digits of an AWS account')
    .optional(),
  region: z.string().optional(),
});

/** @returns its path, for messages and to write it */
export const stageFilePath = (stage: string, folder = stageFolder) => `${folder}${stage}.json`;

/**
 * The file of a stage; an empty one where there is none yet.
 * @throws Error that names the file and what is wrong with it
 */
export function readStageFile(stage: string, folder = stageFolder): StageFile {
  const path = stageFilePath(stage, folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {};
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`${path} is not JSON: correct it, or restore it from version control.`);
  }
  const { account, region, ...fields } = parse(path, json);
  return { ...fields, ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
}

function parse(path: string, json: unknown): z.infer<typeof fileSchema> {
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `- ${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new Error(`${path} cannot be used:\n${problems.join('\n')}`);
}
