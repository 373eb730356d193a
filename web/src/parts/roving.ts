/**
 * Makes many items one tab stop: arrow keys, Home and End move between them. The items are found by `[data-item]`; the
 * one with the focus keeps the tab stop.
 */
export function moveAmong(event: KeyboardEvent & { currentTarget: Element }): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-item]')];
  const { activeElement } = document;
  const from = activeElement instanceof HTMLElement ? items.indexOf(activeElement) : -1;
  if (from < 0) return;
  const to = targetOf(event.key, from, items.length);
  const next = to === undefined ? undefined : items[to];
  if (next === undefined) return;
  event.preventDefault();
  for (const item of items) item.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function targetOf(key: string, from: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
    case 'ArrowRight':
      return from + 1;
    case 'ArrowUp':
    case 'ArrowLeft':
      return from - 1;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
