/** What somebody found to be nothing: kept with the file on the server, each change as soon as it is made. */

import { useRef, useState } from "react";
import { put } from "../api/client";
import { useChange } from "../api/use";
import type { Redaction } from "./RedactPage";

export function useDismissed(file: Redaction) {
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(() => new Set(file.dismissed));
  const { problem, run } = useChange();
  // One after the other: each request has the whole list, and the last one counts.
  const before = useRef(Promise.resolve());
  const set = (id: string, isDismissed: boolean) => {
    const now = new Set(dismissed);
    if (isDismissed) now.add(id);
    else now.delete(id);
    setDismissed(now);
    run(() => {
      const saved = before.current.then(async () => {
        await put("/api/redactions/{id}/dismissed", { path: { id: file.id }, body: { dismissed: [...now] } });
      });
      before.current = saved.catch(() => {});
      return saved;
    });
  };
  return { dismissed, problem, set };
}
