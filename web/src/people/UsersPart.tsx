/** The users, and for admins: adding and changing them. */

import { useState } from "react";
import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { useMay, useSession } from "../app/session";
import { useGroupTitles } from "../camera/groups";
import { texts } from "../texts";
import { Badge, Button, type Column, Panel, ProblemNote, Skeleton, Table, ToolButton } from "../ui";
import { rolesOf } from "./roles";
import { UserDialog } from "./UserDialog";

export type User = Schemas["UserShown"];

export function UsersPart() {
  const { answer, problem, again } = useAsked((signal) => get("/api/users", { signal }), "users");
  const [shown, setShown] = useState<User | "new" | null>(null);
  const mayChange = useMay()("users:change");
  return (
    <Panel
      title={texts.people.users}
      about={texts.people.usersAbout}
      actions={
        mayChange && (
          <Button kind="primary" icon="plus" onClick={() => setShown("new")}>
            {texts.people.addUser}
          </Button>
        )
      }
    >
      <ProblemNote problem={problem} onAgain={again} />
      {answer ? <UserTable users={answer} onChange={mayChange ? setShown : null} /> : !problem && <Skeleton />}
      {shown && <UserDialog user={shown === "new" ? null : shown} onClose={() => setShown(null)} onChanged={again} />}
    </Panel>
  );
}

function UserTable({ users, onChange }: { users: User[]; onChange: ((user: User) => void) | null }) {
  const { session } = useSession();
  const titlesOf = useGroupTitles();
  const columns: Column<User>[] = [
    {
      key: "name",
      title: texts.people.name,
      cell: (each) => (
        <span className="row">
          <strong>{each.name}</strong>
          {each.name === session?.name && <span className="soft small">{texts.people.you}</span>}
        </span>
      ),
    },
    { key: "roles", title: texts.people.roles, cell: (each) => rolesOf(each.roles) },
    {
      key: "sees",
      title: texts.people.sees,
      cell: (each) =>
        each.sees_all_cameras ? texts.people.allCameras : titlesOf(each.groups) || texts.people.noCamera,
    },
    { key: "state", title: texts.people.state, cell: (each) => <UserState user={each} /> },
  ];
  if (onChange) {
    columns.push({
      key: "do",
      title: texts.people.change,
      cell: (each) => (
        <ToolButton
          icon="edit"
          word={texts.ui.change}
          label={texts.people.changeUser(each.name)}
          onClick={() => onChange(each)}
        />
      ),
    });
  }
  return <Table caption={texts.people.users} columns={columns} rows={users} keyOf={(each) => each.name} />;
}

function UserState({ user }: { user: User }) {
  if (!user.is_enabled) {
    return (
      <Badge tone="warn" icon="off">
        {texts.people.locked}
      </Badge>
    );
  }
  return (
    <Badge tone={user.has_password ? "good" : "calm"} icon={user.has_password ? "check" : "key"}>
      {user.has_password ? texts.people.active : texts.people.noPassword}
    </Badge>
  );
}
