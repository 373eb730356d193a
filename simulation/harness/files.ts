import { type AudioBucket, type Content, digest, type RigFile } from './audio-bucket.ts';

/**
 * How the bytes of a declared file come into the bucket: their PUT may be repeated, end only when the person does
 * the next thing, not be made at all, or be overtaken by the slow PUT of the file in whose place this one is.
 */
export const deliveries = ['at once', 'twice', 'late', 'never', 'overtaken'] as const;
export type Delivery = (typeof deliveries)[number];

/** A file as it is declared. */
export interface Declared extends RigFile {
  readonly name: string;
}

/** A file, the number of which makes it differ from all others. */
export function declared(content: Content, number: number): Declared {
  const name = `${content} ${number}.wav`;
  return { content, name, size: 1000 + number, sha256: digest(name) };
}

/** The files of a person's wish, in their order. `copy`: the same bytes as the file before. */
export function declaredFiles(contents: readonly (Content | 'copy')[]): Declared[] {
  const files: Declared[] = [];
  for (const [index, content] of contents.entries()) {
    const before = files.at(-1);
    const isCopy = content === 'copy' && before !== undefined;
    files.push(
      isCopy
        ? { ...before, name: `copy ${index + 1}.wav` }
        : declared(content === 'copy' ? 'song' : content, index + 1),
    );
  }
  return files;
}

/** A file, and where it is to be uploaded. */
export interface Parcel extends RigFile {
  readonly key: string;
}

/** What a person has declared and put into the bucket. */
export interface Shelf {
  /** Brings the bytes of a track's file to the bucket, in one of the ways that networks have. */
  deliver(trackId: string, parcel: Parcel, how: Delivery): void;
  /** Ends the uploads that are late. */
  catchUp(): void;
  /** Uploads what is declared and not in the bucket. @returns were there such files? */
  bringAll(): boolean;
}

export function createShelf(bucket: AudioBucket): Shelf {
  const late = new Map<string, Parcel>();
  const wanted = new Map<string, Parcel>();
  const put = ({ key, ...file }: Parcel) => void bucket.put(key, file);
  return {
    deliver(trackId, parcel, how) {
      const before = wanted.get(trackId);
      wanted.set(trackId, parcel);
      late.delete(trackId);
      if (how === 'late') late.set(trackId, parcel);
      if (how === 'late' || how === 'never') return;
      put(parcel);
      if (how === 'twice') put(parcel);
      if (how === 'overtaken' && before) put(before);
    },
    catchUp() {
      for (const parcel of late.values()) put(parcel);
      late.clear();
    },
    bringAll() {
      late.clear();
      const missing = [...wanted.values()].filter(({ key, sha256 }) => bucket.newest(key)?.sha256 !== sha256);
      for (const parcel of missing) put(parcel);
      return missing.length > 0;
    },
  };
}
