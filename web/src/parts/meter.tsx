import type { SessionPageAnswer } from '../../../functions/api/contract/session.ts';
import { type Place, placeOf, places, placeWords, type Tally } from '../words/tally.ts';

/** So many files have a cell of their own; of more, shares are drawn. */
const mostCells = 60;

/** Where the files are, at one look; the numbers beside it say the same. */
export function Meter({ tracks, tally }: { tracks: SessionPageAnswer['tracks']; tally: Tally }) {
  const shown = places.filter((place) => place !== 'copy' || tally.copy > 0);
  const hasCells = tracks.length <= mostCells;
  return (
    <div class="meter">
      <div class={hasCells ? 'strip' : 'strip shares'} aria-hidden="true">
        {hasCells
          ? tracks.map((track) => <i key={track.trackId} class={`c-${placeOf(track)}`} />)
          : shown.map((place) => <Share key={place} place={place} count={tally[place]} />)}
      </div>
      <ul class="legend">
        {shown.map((place) => (
          <li key={place}>
            <i class={`c-${place}`} />
            <b>{tally[place].toLocaleString('en')}</b>
            {placeWords[place]}
          </li>
        ))}
      </ul>
    </div>
  );
}

const Share = ({ place, count }: { place: Place; count: number }) =>
  count === 0 ? null : <i class={`c-${place}`} style={{ flexGrow: count }} />;
