/** Bytes of each part of a file but its last, which holds the rest. */
export const partSize = 8 * 1024 * 1024;

/** How many parts a file of this size has. */
export const partCount = (size: number) => Math.max(1, Math.ceil(size / partSize));
