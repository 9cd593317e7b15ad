/** How tiles fill their rows: each row is as wide as the others and as high as its pictures' shapes make it. Pure, in px. */

export const GAP_PX = 8;
export const FOOT_PX = 36;
const MIN_WIDTH_PX = 150;
const MIN_WIDTH_OF_FEW_PX = 300;
const FEW = 6;
/** Width by height. What is narrower or wider has bars beside it. */
const SHAPES = [0.5, 2.4] as const;

export type Size = { width: number; height: number };
/** width: of all rows. tiles: the width of each, in order. */
export type Fit = { width: number; tiles: number[] };

export function shapeWithin(shape: number): number {
  return Math.min(SHAPES[1], Math.max(SHAPES[0], shape));
}

/** columns: at most; null: rows that make the pictures largest with all of them in sight. Where that is too small for
 * pictures, or columns are asked for, rows take all of the width, and the page scrolls where it must. */
export function fitOf(shapes: readonly number[], size: Size, columns: number | null): Fit {
  const least = shapes.length <= FEW ? MIN_WIDTH_OF_FEW_PX : MIN_WIDTH_PX;
  if (columns !== null) return wide(shapes, size.width, Math.min(columns, most(size.width, MIN_WIDTH_PX)));
  let best: Fit | null = null;
  let bestArea = 0;
  for (let count = 1; count <= shapes.length; count++) {
    const rows = rowsOf(shapes, count);
    const fit = filled(rows, widthFor(rows, size));
    if (Math.min(...fit.tiles) < Math.min(least, size.width)) continue;
    const area = fit.tiles.reduce((sum, each, n) => sum + each ** 2 / (shapes[n] ?? 1), 0);
    if (area > bestArea) [best, bestArea] = [fit, area];
  }
  return best ?? wide(shapes, size.width, most(size.width, least));
}

const most = (width: number, least: number) => Math.max(1, Math.floor((width + GAP_PX) / (least + GAP_PX)));

const wide = (shapes: readonly number[], width: number, columns: number) =>
  filled(rowsOf(shapes, Math.ceil(shapes.length / columns)), width);

/** In order, as even as can be; the first have fewer where it does not come out, and so the larger pictures. */
function rowsOf(shapes: readonly number[], count: number): number[][] {
  const [each, more] = [Math.floor(shapes.length / count), shapes.length % count];
  const rows: number[][] = [];
  for (let at = 0; rows.length < count; at += rows.at(-1)?.length ?? 1) {
    rows.push(shapes.slice(at, at + each + (rows.length >= count - more ? 1 : 0)));
  }
  return rows;
}

const total = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0);
const rowHeight = (row: readonly number[], width: number) => (width - GAP_PX * (row.length - 1)) / total(row);

/** As wide as there is room, or as all rows together are high enough for. */
function widthFor(rows: number[][], size: Size): number {
  // All rows' heights together, as a + b × width.
  const a = total(rows.map((row) => (-GAP_PX * (row.length - 1)) / total(row)));
  const b = total(rows.map((row) => 1 / total(row)));
  return Math.min(size.width, (size.height - rows.length * FOOT_PX - (rows.length - 1) * GAP_PX - a) / b);
}

function filled(rows: number[][], width: number): Fit {
  // Rounded down, or a row would not hold its last.
  const tiles = rows.flatMap((row) => row.map((shape) => Math.floor(100 * shape * rowHeight(row, width)) / 100));
  return { width, tiles };
}
