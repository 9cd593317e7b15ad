/** A titled part of a page, and the page's own head. */

import type { ReactNode } from "react";

type HeadProps = { title: string; about?: ReactNode; actions?: ReactNode };

/** The first thing on each page. */
export function PageHead({ title, about, actions }: HeadProps) {
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {about && <p className="soft">{about}</p>}
      </div>
      {actions && <div className="row">{actions}</div>}
    </header>
  );
}

type PanelProps = { title?: string; about?: ReactNode; actions?: ReactNode; children: ReactNode };

export function Panel({ title, about, actions, children }: PanelProps) {
  return (
    <section className="panel">
      {(title || actions) && (
        <header className="panel-head">
          <div>
            {title && <h2>{title}</h2>}
            {about && <p className="soft small">{about}</p>}
          </div>
          {actions && <div className="row">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}
