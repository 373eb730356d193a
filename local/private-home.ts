import {
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
} from 'node:fs';
import path from 'node:path';

/** Everything that a command of ours puts into a home. */
const ownEntries: ReadonlySet<string> = new Set([
  'assembly',
  'dynamodb',
  'issuer',
  'log',
  'provider',
  'provider-key',
  's3',
  'samples',
  'sqs',
  'stack.json',
  'stack.lock',
  'stages',
  'step-functions',
  'uploads',
]);

/** Of the mode of a file or directory: what others than its owner may do. */
const others = 0o077;

/**
 * Makes the home, or takes away what others may do with an existing one: records, logs and execution input are its
 * owner's. A directory that holds more than ours, and what a link leads to, stay as they are. On Windows, where a
 * profile's directory is its owner's anyway, nothing is changed.
 * @throws the system's error when the home cannot be made, or belongs to another user
 */
export function openHome(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (process.platform === 'win32') return;
  // The home itself may be a link: it was named by its owner.
  const directory = realpathSync(home);
  const entries = readdirSync(directory);
  const isOwn = (name: string) => ownEntries.has(name) || /^stack\.(lock|json)\./.test(name);
  if (entries.every(isOwn)) makePrivate(directory);
  for (const name of entries.filter(isOwn)) makeTreePrivate(path.join(directory, name));
}

/** What is in a directory that was its owner's alone, nobody else can reach: it is not looked at. */
function makeTreePrivate(file: string): void {
  // The directory first: then no other user can change its contents meanwhile.
  if (makePrivate(file) !== 'open directory') return;
  for (const name of readdirSync(file)) makeTreePrivate(path.join(file, name));
}

/** @returns what it was, as far as that matters: links are not followed, and files may go meanwhile */
function makePrivate(file: string): 'open directory' | 'other' {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats || !(stats.isDirectory() || stats.isFile())) return 'other';
  if ((stats.mode & others) !== 0) {
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      fchmodSync(fd, stats.mode & 0o7777 & ~others);
    } finally {
      closeSync(fd);
    }
  }
  return stats.isDirectory() && (stats.mode & others) !== 0 ? 'open directory' : 'other';
}
