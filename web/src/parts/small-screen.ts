import { signal } from '@preact/signals';

const query = matchMedia('(max-width: 700px)');

/** Is the page as narrow as a phone? */
export const isSmall = signal(query.matches);
query.addEventListener('change', () => {
  isSmall.value = query.matches;
});
