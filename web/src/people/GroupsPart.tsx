/** Groups of cameras: a user sees the cameras of the groups that they were given. */

import { type FormEvent, useState } from "react";
import { get, post, put, remove } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useMay } from "../app/session";
import { titleOf } from "../camera/cameras";
import { type Group, groupTitleOf } from "../camera/groups";
import { nameFrom } from "../cameras/facts";
import { texts } from "../texts";
import {
  Button,
  type Column,
  Confirm,
  Dialog,
  Empty,
  Panel,
  ProblemNote,
  Skeleton,
  Table,
  TextField,
  ToolButton,
  useToast,
} from "../ui";

export function GroupsPart() {
  const { answer, problem, again } = useAsked((signal) => get("/api/groups", { signal }), "groups");
  const mayChange = useMay()("groups:change");
  return (
    <div className="stack">
      <Panel title={texts.people.groups} about={texts.people.groupsAbout}>
        <ProblemNote problem={problem} onAgain={again} />
        {!answer && !problem && <Skeleton />}
        {answer?.length === 0 && (
          <Empty icon="grid" title={texts.people.noGroups}>
            {texts.people.noGroupsHint}
          </Empty>
        )}
        {answer && answer.length > 0 && <GroupTable groups={answer} mayChange={mayChange} onChanged={again} />}
      </Panel>
      {mayChange && answer && <NewGroup groups={answer} onChanged={again} />}
    </div>
  );
}

type GroupTableProps = { groups: Group[]; mayChange: boolean; onChanged: () => void };

function GroupTable({ groups, mayChange, onChanged }: GroupTableProps) {
  const [removing, setRemoving] = useState<Group | null>(null);
  const [renaming, setRenaming] = useState<Group | null>(null);
  const cameras = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const toast = useToast();
  const columns: Column<Group>[] = [
    {
      key: "title",
      title: texts.people.group,
      cell: (each) => (
        <span className="row">
          <strong>{groupTitleOf(each)}</strong>
          {each.title !== each.name && <span className="soft small">{each.name}</span>}
        </span>
      ),
    },
    {
      key: "cameras",
      title: texts.nav.cameras,
      cell: (each) => {
        const within = cameras.answer?.filter((camera) => camera.groups.includes(each.name));
        return within?.map(titleOf).join(", ") || texts.ui.none;
      },
    },
  ];
  if (mayChange) {
    columns.push({
      key: "do",
      title: texts.people.change,
      cell: (each) => (
        <span className="group-actions">
          <ToolButton
            icon="edit"
            word={texts.ui.rename}
            label={texts.people.renameGroup(each.title)}
            onClick={() => setRenaming(each)}
          />
          <ToolButton
            icon="trash"
            word={texts.ui.remove}
            label={texts.people.removeGroup(each.title)}
            onClick={() => setRemoving(each)}
          />
        </span>
      ),
    });
  }
  return (
    <>
      <Table caption={texts.people.groups} columns={columns} rows={groups} keyOf={(each) => each.name} />
      {renaming && <RenameGroup group={renaming} onClose={() => setRenaming(null)} onChanged={onChanged} />}
      {removing && (
        <Confirm
          title={texts.people.removeGroup(removing.title)}
          does={texts.people.removeGroupDoes}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await remove("/api/groups/{name}", { path: { name: removing.name } });
            toast(texts.people.groupRemoved(removing.title));
            onChanged();
          }}
        >
          <p>{texts.people.removeGroupAbout}</p>
        </Confirm>
      )}
    </>
  );
}

type RenameGroupProps = { group: Group; onClose: () => void; onChanged: () => void };

function RenameGroup({ group, onClose, onChanged }: RenameGroupProps) {
  const toast = useToast();
  return (
    <Dialog title={texts.people.renameGroup(group.title)} onClose={onClose}>
      <TitleForm
        title={group.title}
        hint={() => texts.people.groupName(group.name)}
        does={texts.cameras.save}
        onTitle={async (title) => {
          await put("/api/groups/{name}", { path: { name: group.name }, body: { title } });
          toast(texts.people.groupRenamed(title));
          onChanged();
          onClose();
        }}
      />
    </Dialog>
  );
}

function NewGroup({ groups, onChanged }: { groups: Group[]; onChanged: () => void }) {
  const toast = useToast();
  const taken = groups.map((each) => each.name);
  const nameOf = (title: string) => nameFrom(title, "group", taken);
  return (
    <Panel title={texts.people.addGroup}>
      <div className="narrow">
        <TitleForm
          hint={(title) => (nameOf(title) ? texts.people.groupName(nameOf(title)) : texts.people.groupHint)}
          does={texts.people.addGroup}
          onTitle={async (title) => {
            await post("/api/groups", { body: { name: nameOf(title), title } });
            toast(texts.people.groupAdded(title));
            onChanged();
          }}
        />
      </div>
    </Panel>
  );
}

type TitleFormProps = {
  /** Of a group that is there; without it the form is empty again once it was sent. */
  title?: string;
  hint: (title: string) => string;
  does: string;
  onTitle: (title: string) => Promise<void>;
};

function TitleForm({ title: before, hint, does, onTitle }: TitleFormProps) {
  const [typed, setTyped] = useState(before ?? "");
  const { busy, problem, run } = useChange();
  const title = typed.trim();
  const send = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await onTitle(title);
      if (before === undefined) setTyped("");
    });
  };
  return (
    <form className="stack" onSubmit={send}>
      <TextField
        label={texts.cameras.titleField}
        hint={hint(typed)}
        required
        maxLength={120}
        value={typed}
        onChange={setTyped}
      />
      <ProblemNote problem={problem} />
      <div className="row">
        <Button
          type="submit"
          {...(before === undefined ? { icon: "plus" as const } : { kind: "primary" as const })}
          busy={busy}
          disabled={!title}
        >
          {does}
        </Button>
      </div>
    </form>
  );
}
