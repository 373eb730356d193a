import { signal } from '@preact/signals';

/** What is played: one thing at a time, in the whole page. */
export const playing = signal<{ readonly key: string; readonly isOn: boolean } | undefined>(undefined);
/** Seconds. */
export const position = signal(0);
/** Said beside what could not be played. */
export const playTrouble = signal<{ readonly key: string; readonly words: string } | undefined>(undefined);

let element: HTMLAudioElement | undefined;
let ownUrl: string | undefined;

function audio(): HTMLAudioElement {
  if (element) return element;
  const made = new Audio();
  made.hidden = true;
  // By the CORS of the bucket, as the page's other requests there.
  made.crossOrigin = 'anonymous';
  // In the document, so that extensions and tests of the browser find it.
  document.documentElement.append(made);
  const set = (isOn: boolean) => {
    const now = playing.value;
    if (now !== undefined && now.isOn !== isOn) playing.value = { ...now, isOn };
  };
  made.addEventListener('play', () => set(true));
  made.addEventListener('pause', () => set(false));
  made.addEventListener('ended', () => set(false));
  made.addEventListener('timeupdate', () => {
    position.value = made.currentTime;
  });
  element = made;
  return made;
}

/** Plays it, or goes on, or pauses what plays. */
export function toggle(key: string, source: Blob | string): void {
  const made = audio();
  if (playing.value?.key === key) {
    if (made.paused) void start(key);
    else made.pause();
    return;
  }
  playFrom(key, source, 0);
}

/** @param seconds where it begins */
export function playFrom(key: string, source: Blob | string, seconds: number): void {
  const made = audio();
  if (ownUrl !== undefined) URL.revokeObjectURL(ownUrl);
  ownUrl = typeof source === 'string' ? undefined : URL.createObjectURL(source);
  made.src = typeof source === 'string' ? source : (ownUrl ?? '');
  made.currentTime = seconds;
  playing.value = { key, isOn: true };
  position.value = seconds;
  playTrouble.value = undefined;
  void start(key);
}

export function seek(seconds: number): void {
  audio().currentTime = seconds;
  position.value = seconds;
}

export function stopPlaying(): void {
  element?.pause();
}

async function start(key: string): Promise<void> {
  try {
    await audio().play();
  } catch (error) {
    // Another one was begun meanwhile.
    if (error instanceof DOMException && error.name === 'AbortError') return;
    if (playing.value?.key === key) playing.value = { key, isOn: false };
    playTrouble.value = { key, words: 'This browser cannot play it. It can be used all the same.' };
  }
}
