/** What the groups of cameras are called. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { useMay, useSession } from "../app/session";

export type Group = Schemas["Group"];

export function groupTitleOf(group: Group): string {
  return group.title || group.name;
}

/** Given names of groups: their titles, in one line. Of groups whose titles the API does not tell who asks, the names. */
export function useGroupTitles(): (names: readonly string[]) => string {
  const may = useMay()("groups:see");
  const { session } = useSession();
  const { answer } = useAsked(
    async (signal) => (may ? await get("/api/groups", { signal }) : []),
    may ? "groups" : "no groups",
  );
  const all = new Map(answer?.map((each) => [each.name, groupTitleOf(each)]));
  return (names) => names.map((each) => all.get(each) || session?.group_titles[each] || each).join(", ");
}
