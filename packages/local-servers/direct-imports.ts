import type { ResolveHookSync } from 'node:module';

const ofZod = '/node_modules/zod/';

/**
 * A hook that finds files which say themselves where they are. Node asks the disk several times for each: which package it
 * belongs to, of what type that is, where a link leads. A file of ours names the other with its ending, and so does one of
 * zod's: a quarter of what a command takes to load.
 *
 * The errors of zod in sixty languages are files of their own, and nothing here uses one but English.
 */
export const directImports: ResolveHookSync = (specifier, context, next) => {
  const { parentURL } = context;
  if (parentURL === undefined || !specifier.startsWith('.')) return next(specifier, context);
  const at = (file: string) => ({ url: new URL(file, parentURL).href, shortCircuit: true });
  if (specifier.endsWith('.ts')) return { ...at(specifier), format: 'module-typescript' };
  if (!parentURL.includes(ofZod) || !specifier.endsWith('.js')) return next(specifier, context);
  return { ...at(specifier.replace('locales/index.js', 'locales/en.js')), format: 'module' };
};
