import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('../..', import.meta.url));
const cache = path.join(project, 'node_modules', '.cache', 'chirpsmith-page');
const vite = path.join(project, 'node_modules', 'vite', 'bin', 'vite.js');

/** What the files are made from. */
const sources = [
  'web/src',
  'web/index.html',
  'web/report.html',
  'web/vite.config.ts',
  'functions/api/contract',
  'functions/shared/status-words.ts',
  'functions/shared/timeline.ts',
  'functions/shared/timeline-words.ts',
  'functions/shared/rights-sentence.ts',
  'packages/audio-inspection',
  'packages/terminal/shell-quote.ts',
  'package-lock.json',
];

/** A file of the page, as it is put into the bucket. */
export interface PageFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Where one signs in to what the page shows; the page reads it beside its own files. */
export interface PageConfig {
  /** The `iss` of the tokens. */
  readonly issuer: string;
  /** Where the issuer describes itself; its own address, except on one machine. */
  readonly discovery: string;
  readonly clientId: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Asked for at each visit, so that a deployment is seen at once. */
const always = 'no-cache';
/** The name changes with the contents. */
const never = 'public, max-age=31536000, immutable';

/**
 * The files of the page by their keys in the bucket. Built once for each state of its sources.
 * @throws Error with what the build said when it failed
 */
export async function pageFiles(config: PageConfig): Promise<ReadonlyMap<string, PageFile>> {
  const built = await builtPage();
  const files = new Map<string, PageFile>();
  for (const name of await filesBelow(built)) {
    const contentType = contentTypes[path.extname(name)];
    if (contentType === undefined) throw new Error(`The page has a file of an unknown kind: ${name}`);
    const body = await readFile(path.join(built, name));
    files.set(name, { body, contentType, cacheControl: name.startsWith('assets/') ? never : always });
  }
  const body = Buffer.from(JSON.stringify(config));
  return files.set('config.json', { body, contentType: 'application/json', cacheControl: always });
}

/** The directory of the built page. @throws Error as {@link pageFiles} does */
export const builtPage = () => builtOnce('index.html');

/**
 * A page of one file, which needs no other and asks for nothing: script and style are in it, and `data` for the script.
 * @throws Error as {@link pageFiles} does
 */
export async function reportFile(data: object): Promise<string> {
  const built = await builtOnce('report.html');
  const names = await filesBelow(built);
  const read = async (ending: string) => {
    const [name, ...others] = names.filter((one) => one.endsWith(ending));
    if (name === undefined || others.length > 0) throw new Error(`The report has no one file of ${ending}.`);
    return readFile(path.join(built, name), 'utf8');
  };
  const style = await read('.css');
  const script = (await read('.js')).replaceAll('</', '<\\/');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
  const parts = [
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<style>${style}</style>`,
    // No text in it can end the element, or begin another.
    `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
    `<script type="module">${script}</script>`,
  ];
  return (await read('.html'))
    .replaceAll(/<script[^>]*><\/script>|<link[^>]*>/g, '')
    .replace('</head>', () => `${parts.join('\n')}\n</head>`);
}

async function builtOnce(entry: 'index.html' | 'report.html'): Promise<string> {
  const built = path.join(cache, `${path.parse(entry).name}-${await hashOfSources()}`);
  if (existsSync(built)) return built;
  await mkdir(cache, { recursive: true });
  const unfinished = path.join(cache, `.new-${randomUUID()}`);
  try {
    // In a process of its own, so that a stack does not keep the bundler in its memory.
    const args = [vite, 'build', 'web', '--outDir', unfinished, '--emptyOutDir', '--logLevel', 'warn'];
    // The same files for all: tests have another mode, with which the libraries keep their development code.
    const env = { ...process.env, NODE_ENV: 'production', PAGE_ENTRY: entry };
    await promisify(execFile)(process.execPath, args, { cwd: project, env });
    await rename(unfinished, built).catch((error: unknown) => {
      // Another process has built the same meanwhile.
      if (!existsSync(built)) throw error;
    });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`The page could not be built:\n${said}`, { cause: error });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOthers(path.basename(built), path.parse(entry).name);
  return built;
}

async function removeOthers(current: string, kind: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name !== current && name.startsWith(`${kind}-`)) {
      await rm(path.join(cache, name), { recursive: true, force: true });
    }
  }
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const whole = path.join(project, source);
    const names = path.extname(source) === '' ? await filesBelow(whole) : [''];
    for (const name of names) {
      hash.update(`${source}/${name}\0`);
      hash.update(await readFile(path.join(whole, name))).update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** Paths below a directory, with `/`, in a fixed order. */
async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'),
    )
    .sort();
}
