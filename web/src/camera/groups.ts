/** What the groups of cameras are called. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { useMay } from "../app/session";

export type Group = Schemas["Group"];

export function groupTitleOf(group: Group): string {
  return group.title || group.name;
}

/** Given names of groups: their titles, in one line. The names, for whom the API tells no titles. */
export function useGroupTitles(): (names: readonly string[]) => string {
  const may = useMay()("groups:see");
  const { answer } = useAsked(
    async (signal) => (may ? await get("/api/groups", { signal }) : []),
    may ? "groups" : "no groups",
  );
  const titles = new Map(answer?.map((each) => [each.name, groupTitleOf(each)]));
  return (names) => names.map((each) => titles.get(each) ?? each).join(", ");
}
