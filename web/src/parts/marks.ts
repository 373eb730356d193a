import { signal } from '@preact/signals';

const key = 'marked-takes';

function stored(): readonly string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(found) ? found.filter((id) => typeof id === 'string') : [];
  } catch {
    // Forbidden, or written by something else: nothing is marked.
    return [];
  }
}

const marked = signal<ReadonlySet<string>>(new Set(stored()));

export const isMarked = (clipId: string) => marked.value.has(clipId);

/** Marks are of this browser: the API has no place for them. */
export function mark(clipId: string): void {
  const next = new Set(marked.value);
  if (!next.delete(clipId)) next.add(clipId);
  marked.value = next;
  try {
    localStorage.setItem(key, JSON.stringify([...next]));
  } catch {
    // They then last as long as the page.
  }
}
