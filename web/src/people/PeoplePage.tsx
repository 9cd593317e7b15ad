/** Who may do what, who looked at what, and what each user does for themselves. */

import type { ComponentType } from "react";
import type { Action } from "../api/client";
import type { SectionProps } from "../app/sections";
import { useMay } from "../app/session";
import { texts } from "../texts";
import { Empty, type IconName, PageHead, Tabs } from "../ui";
import { AccountPart } from "./AccountPart";
import { AuditPart } from "./AuditPart";
import { GroupsPart } from "./GroupsPart";
import { UsersPart } from "./UsersPart";
import "./people.css";

type Part = { path: string; title: string; icon: IconName; needs: Action; Shown: ComponentType<SectionProps> };

const PARTS: readonly Part[] = [
  { path: "me", title: texts.people.me, icon: "key", needs: "self:see", Shown: AccountPart },
  { path: "users", title: texts.people.users, icon: "people", needs: "users:see", Shown: UsersPart },
  { path: "groups", title: texts.people.groups, icon: "grid", needs: "groups:see", Shown: GroupsPart },
  { path: "audit", title: texts.people.audit, icon: "search", needs: "audit:see", Shown: AuditPart },
];

export default function PeoplePage({ route }: SectionProps) {
  const may = useMay();
  const parts = PARTS.filter((each) => may(each.needs));
  const [, wanted = parts[0]?.path] = route.path;
  const part = parts.find((each) => each.path === wanted);
  return (
    <>
      <PageHead title={texts.people.title} />
      <Tabs
        label={texts.people.title}
        tabs={parts.map((each) => ({
          href: `#/people/${each.path}`,
          title: each.title,
          icon: each.icon,
          isCurrent: each === part,
        }))}
      />
      {part ? (
        <part.Shown route={route} />
      ) : (
        <Empty icon="stop" title={texts.app.notHere}>
          {texts.app.notHereHint}
        </Empty>
      )}
    </>
  );
}
