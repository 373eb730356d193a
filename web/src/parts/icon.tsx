const paths = {
  check: 'M3.5 8.5l3 3 6-7',
  x: 'M4 4l8 8M12 4l-8 8',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3',
  up: 'M8 12.500v-9M4.500 7L8 3.500 11.500 7',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  chevron: 'M6 4l4 4-4 4',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3l2 1.5',
  ask: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM6.4 6.4a1.6 1.6 0 1 1 2.2 1.5c-.4.2-.6.5-.6.9M8 10.6v.4',
  pause: 'M6 4.5v7M10 4.5v7',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.400 3.400l1 1M11.600 11.600l1 1M12.600 3.400l-1 1M4.400 11.600l-1 1',
  dark: 'M13 9.3A5.5 5.5 0 0 1 6.7 3a5.5 5.5 0 1 0 6.3 6.3z',
  stop: 'M4.500 4.500h7v7h-7z',
  note: 'M6 12V4l6.500-1.500v8M6 12a1.7 1.7 0 1 1-3.400 0A1.700 1.700 0 0 1 6 12zM12.500 10.500a1.700 1.700 0 1 1-3.400 0 1.700 1.700 0 0 1 3.400 0z',
  key: 'M10 2.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM7.500 8.500l-5 5M4 12l1.500 1.500',
  warn: 'M8 2.500l6 11H2zM8 6.500v3.500M8 11.800v.2',
  plus: 'M8 3.500v9M3.500 8h9',
  play: 'M5 3.500v9l7.500-4.500z',
  down: 'M8 3.500v9M4.500 9L8 12.500 11.500 9',
  star: 'M8 2.500l1.700 3.500 3.800.500-2.800 2.700.700 3.800L8 11.200 4.600 13l.700-3.800L2.500 6.500 6.300 6z',
  swap: 'M3 5.500h9M9.500 3L12 5.500 9.500 8M13 10.500H4M6.500 8L4 10.500 6.500 13',
  leave: 'M6.500 3H3v10h3.500M10 5l3 3-3 3M13 8H6',
} as const;

export type IconName = keyof typeof paths;

export function Icon({
  name,
  size = 16,
  isFilled = false,
}: {
  name: IconName;
  size?: number;
  isFilled?: boolean;
}) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill={isFilled ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}

export function Bird() {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d="M3 13.500c2.500 0 3.600-1 4.600-3.200C8.700 7.600 10.500 5.500 13.500 5.500c2 0 3.500 1 4.100 2.700L21 9.500l-3.200 1.200c0 4.300-3 7.300-7.300 7.300-3.400 0-6.200-1.700-7.500-4.500z" />
      <path d="M13.800 9h.01M10 18v2.500M13 17.700v2.800" />
    </svg>
  );
}
