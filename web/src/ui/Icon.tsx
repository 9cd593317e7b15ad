/** The page's signs, drawn on a grid of 24. They are decoration: the word beside one says what it means. */

const PATHS = {
  live: "M4 7h11v10H4z M15 10.5l5-3v9l-5-3",
  timeline: "M3 8h18v8H3z M8 5v14 M12 8v3 M16 8v3",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4z M10 21h4",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  chart: "M4 20h16 M7 16v-5 M12 16V6 M17 16v-8",
  hand: "M8 12l3 3 6-7 M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  eye: "M2.500 12C5 7.500 8.500 5.500 12 5.500s7 2 9.500 6.500c-2.500 4.500-6 6.500-9.500 6.500S5 16.500 2.500 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  health: "M3 12h4l2.5-6 4 12 2.5-6h5",
  cameras: "M3 9l14-4 2 6-14 4z M7 14.5V19h-3 M12 13l1.5 4",
  redact: "M5 3h9l5 5v13H5z M14 3v5h5 M8.5 13h7v4h-7z",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M3 20c0-4 2.5-6 6-6s6 2 6 6 M16 4.5a3.5 3.5 0 0 1 0 6 M17.5 14.300c2.3.7 3.5 2.7 3.5 5.7",
  settings: "M4 7h9 M17 7h3 M4 17h3 M11 17h9 M13 5v4h4V5z M7 15v4h4v-4z",
  about: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 11v5 M12 7.800v.4",
  more: "M5 12h.01 M12 12h.01 M19 12h.01",
  check: "M5 12.500l4.5 4.500L19 7.5",
  warn: "M12 4l9 16H3z M12 10v4.5 M12 17v.4",
  cross: "M6 6l12 12 M18 6L6 18",
  stop: "M7 3h10l4 4v10l-4 4H7l-4-4V7z M8 12h8",
  learn: "M12 3a9 9 0 1 0 9 9 M12 7v5l3 2 M17 3v4h4",
  wait: "M12 3a9 9 0 1 0 9 9",
  cover: "M3 5h18v14H3z M3 14l9-9 M3 19.500L17.5 5 M9 19L21 7 M16 19l5-5",
  pause: "M8 5v14 M16 5v14",
  play: "M7 4.500v15l12-7.500z",
  off: "M12 3v8 M6.5 7a7.5 7.5 0 1 0 11 0",
  frozen: "M12 3v18 M4.2 7.500l15.6 9 M19.8 7.500l-15.6 9",
  nothing: "M4 6h16v12H4z M4 18L20 6",
  large: "M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5",
  back: "M14 5l-7 7 7 7",
  next: "M10 5l7 7-7 7",
  stepBack: "M7 5v14 M18 5.500v13L9.5 12z",
  stepOn: "M17 5v14 M6 5.500v13l8.5-6.500z",
  toNow: "M5 5l8 7-8 7z M18 5v14",
  spanLess: "M3 12h6 M6 9l3 3-3 3 M21 12h-6 M18 9l-3 3 3 3 M12 5v14",
  spanMore: "M9 12H3 M6 9l-3 3 3 3 M15 12h6 M18 9l3 3-3 3 M12 5v14",
  zoomIn: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16 16l5 5 M8 11h6 M11 8v6",
  zoomOut: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16 16l5 5 M8 11h6",
  download: "M12 4v11 M7 10.500l5 5 5-5 M4 20h16",
  calendar: "M4 6h16v14H4z M4 10.500h16 M8 3v5 M16 3v5",
  bracketIn: "M10 4H6v16h4 M13 12h7",
  bracketOut: "M14 4h4v16h-4 M11 12H4",
  key: "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M12 12h9 M18 12v4",
  signOut: "M10 4H4v16h6 M15 8l4 4-4 4 M19 12H9",
  theme: "M12 3a9 9 0 1 0 0 18z M12 3a9 9 0 0 1 0 18",
  plus: "M12 5v14 M5 12h14",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  trash: "M5 7h14 M10 7V4h4v3 M7 7l1 13h8l1-13",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z M16 16l5 5",
  refresh: "M19 12a7 7 0 1 1-2-5 M19 4v4h-4",
  map: "M9 4L3 6.500V20l6-2.500L15 20l6-2.500V4l-6 2.500z M9 4v13.500 M15 6.500V20",
  pin: "M12 21c-4-4.500-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6.500-6 11z M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  rules: "M6 21V4h11l-2.500 4 2.500 4H6",
  undo: "M9 6L4 11l5 5 M4 11h10a6 6 0 0 1 6 6v1",
  redo: "M15 6l5 5-5 5 M20 11H10a6 6 0 0 0-6 6v1",
  swap: "M7 4v15 M3.500 15.500L7 19l3.500-3.500 M17 20V5 M13.500 8.500L17 5l3.500 3.500",
  machines: "M4 4h16v6H4z M4 14h16v6H4z M7.500 7h.01 M7.500 17h.01",
  grid: "M4 4h6v6H4z M14 4h6v6h-6z M4 14h6v6H4z M14 14h6v6h-6z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const weight = name === "more" ? 3 : 1.75;
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={weight}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
