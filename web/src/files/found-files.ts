/** A file of this device. */
export interface FoundFile {
  readonly file: File;
  /** Composed (NFC), at most 255 characters. */
  readonly name: string;
  /** It came with a folder: what is no audio there is left aside without a word. */
  readonly isInFolder: boolean;
  /** By which a browser that has such handles finds it again after a reload. */
  readonly handle?: FileSystemFileHandle;
}

/** Left by desktops beside the audio; hidden files are left out by their dot. */
const sidecars = new Set(['thumbs.db', 'ehthumbs.db', 'desktop.ini', 'icon\r']);
const isHidden = (name: string) => name.startsWith('.') || sidecars.has(name.toLowerCase());

/** `2.mp3` before `10.mp3`. */
const byNumber = new Intl.Collator('en', { numeric: true });

export const nameOf = (name: string) => [...name.normalize('NFC')].slice(0, 255).join('');

const found = (file: File, isInFolder: boolean, handle?: FileSystemFileHandle): FoundFile => ({
  file,
  name: nameOf(file.name),
  isInFolder,
  ...(handle === undefined ? {} : { handle }),
});

/** Files of a field, which knows whether it asked for a folder. */
export function filesOfField(files: FileList | null): FoundFile[] {
  return sorted(
    [...(files ?? [])]
      .map((file) => found(file, file.webkitRelativePath !== ''))
      .filter(({ name, isInFolder }) => !isInFolder || !isHidden(name)),
  );
}

interface ItemWithHandle {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/**
 * What was dropped: files, and those in folders, however deep. To be called while the event is handled: a browser
 * forgets what was dropped afterwards.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<FoundFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const taken = items.map((item) => ({
    handle: handleOf(item),
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  const lists = await Promise.all(
    taken.map(async ({ handle: asked, entry, file }) => {
      const handle = await asked;
      if (handle !== null) return filesOfHandle(handle, false);
      if (entry?.isDirectory) return filesOfEntry(entry);
      return file === null ? [] : [found(file, false)];
    }),
  );
  return sorted(lists.flat());
}

async function handleOf(item: DataTransferItem & ItemWithHandle): Promise<FileSystemHandle | null> {
  try {
    return (await item.getAsFileSystemHandle?.()) ?? null;
  } catch {
    // Of what a page itself has put into the list there is none.
    return null;
  }
}

const isFileHandle = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === 'file';
const isDirectory = (handle: FileSystemHandle): handle is FileSystemDirectoryHandle =>
  handle.kind === 'directory';

async function filesOfHandle(handle: FileSystemHandle, isInFolder: boolean): Promise<FoundFile[]> {
  if (isFileHandle(handle)) return [found(await handle.getFile(), isInFolder, handle)];
  if (!isDirectory(handle)) return [];
  const files: FoundFile[] = [];
  for await (const one of handle.values()) {
    if (!isHidden(one.name)) files.push(...(await filesOfHandle(one, true)));
  }
  return files;
}

async function filesOfEntry(entry: FileSystemEntry): Promise<FoundFile[]> {
  if (isHidden(entry.name)) return [];
  if (isFileEntry(entry)) {
    return [found(await new Promise<File>((resolve, reject) => entry.file(resolve, reject)), true)];
  }
  if (!isDirectoryEntry(entry)) return [];
  const reader = entry.createReader();
  const files: FoundFile[] = [];
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    for (const one of some) files.push(...(await filesOfEntry(one)));
  }
}

const isFileEntry = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectoryEntry = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const sorted = (files: FoundFile[]) =>
  files.sort((a, b) =>
    byNumber.compare(a.file.webkitRelativePath || a.name, b.file.webkitRelativePath || b.name),
  );

/** Pickers that give handles, in browsers that have them. */
interface Pickers {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
}

/** Does the browser have a picker whose files are found again after a reload? */
export const hasPicker = (kind: 'files' | 'folder') =>
  (kind === 'files' ? pickers().showOpenFilePicker : pickers().showDirectoryPicker) !== undefined;

const pickers = (): Pickers => window as Pickers;

/** Files of the browser's own picker; none when a person closes it. */
export async function pickFiles(kind: 'files' | 'folder', isOne = false): Promise<FoundFile[]> {
  try {
    if (kind === 'folder') {
      const folder = await pickers().showDirectoryPicker?.();
      return folder === undefined ? [] : sorted(await filesOfHandle(folder, true));
    }
    const handles = (await pickers().showOpenFilePicker?.({ multiple: !isOne })) ?? [];
    return sorted((await Promise.all(handles.map((handle) => filesOfHandle(handle, false)))).flat());
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}
