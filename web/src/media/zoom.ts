/** Which part of a picture is seen, enlarged. Pure: places are shares of the frame, 0..1. */

/** by: how many times as large. left, top: where the picture's corner is then, 0 or less. */
export type Zoom = { by: number; left: number; top: number };

export const WHOLE: Zoom = { by: 1, left: 0, top: 0 };
const MOST = 8;

/** What is at a place stays there. */
export function zoomedAt(zoom: Zoom, factor: number, x = 0.5, y = 0.5): Zoom {
  const by = Math.min(MOST, Math.max(1, zoom.by * factor));
  const share = by / zoom.by;
  return inside({ by, left: x - (x - zoom.left) * share, top: y - (y - zoom.top) * share });
}

export function panned(zoom: Zoom, x: number, y: number): Zoom {
  return inside({ ...zoom, left: zoom.left + x, top: zoom.top + y });
}

/** Never beyond the picture. */
function inside({ by, left, top }: Zoom): Zoom {
  const within = (at: number) => Math.min(0, Math.max(1 - by, at));
  return { by, left: within(left), top: within(top) };
}
