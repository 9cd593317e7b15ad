/** Rows of the same kind. On a phone each row is a block, each cell under the name of its column. */

import type { ReactNode } from "react";

export type Column<T> = { key: string; title: string; cell: (row: T) => ReactNode; isNumber?: boolean };

type TableProps<T> = { caption: string; columns: readonly Column<T>[]; rows: readonly T[]; keyOf: (row: T) => string };

/** caption: what it lists; read aloud, not shown. */
export function Table<T>({ caption, columns, rows, keyOf }: TableProps<T>) {
  return (
    <div className="table-frame">
      <table className="table">
        <caption className="only-heard">{caption}</caption>
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each.key} scope="col" className={each.isNumber ? "number" : undefined}>
                {each.title || <span className="only-heard">{caption}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((each) => (
                <td key={each.key} data-title={each.title} className={each.isNumber ? "number" : undefined}>
                  {each.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
