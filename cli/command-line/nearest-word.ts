/**
 * The known word, a flag or a command, that a mistyped one most likely meant, or none.
 * @param typed without dashes
 */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase().replaceAll('_', '-');
  const scored = known.map((word) => ({ word, distance: editDistance(wanted, word) }));
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  if (best && best.distance <= Math.max(1, Math.floor(best.word.length / 3))) return best.word;
  return wanted.length >= 3
    ? known.find((word) => word.startsWith(wanted) || wanted.startsWith(word))
    : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
