/** Groups of cameras: a user sees the cameras of the groups that they were given. */

import { type FormEvent, useState } from "react";
import { get, post, put, remove, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useMay } from "../app/session";
import { titleOf } from "../camera/cameras";
import { nameFrom } from "../cameras/facts";
import { texts } from "../texts";
import {
  Button,
  type Column,
  Confirm,
  Dialog,
  Empty,
  IconButton,
  Panel,
  ProblemNote,
  Skeleton,
  Table,
  TextField,
  useToast,
} from "../ui";

type Group = Schemas["Group"];

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
      {mayChange && <NewGroup onChanged={again} />}
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
          <strong>{each.title || each.name}</strong>
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
        <span className="row">
          <IconButton icon="edit" label={texts.people.renameGroup(each.title)} onClick={() => setRenaming(each)} />
          <IconButton icon="trash" label={texts.people.removeGroup(each.title)} onClick={() => setRemoving(each)} />
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
  const [title, setTitle] = useState(group.title);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const rename = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await put("/api/groups/{name}", { path: { name: group.name }, body: { title: title.trim() } });
      toast(texts.people.groupRenamed(title.trim()));
      onChanged();
      onClose();
    });
  };
  return (
    <Dialog title={texts.people.renameGroup(group.title)} onClose={onClose}>
      <form className="stack" onSubmit={rename}>
        <TextField
          label={texts.cameras.titleField}
          hint={texts.people.groupName(group.name)}
          required
          maxLength={120}
          value={title}
          onChange={setTitle}
        />
        <ProblemNote problem={problem} />
        <div className="row">
          <Button type="submit" kind="primary" busy={busy} disabled={!title.trim()}>
            {texts.cameras.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function NewGroup({ onChanged }: { onChanged: () => void }) {
  const [title, setTitle] = useState("");
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await post("/api/groups", { body: { name: nameFrom(title), title: title.trim() } });
      toast(texts.people.groupAdded(title.trim()));
      setTitle("");
      onChanged();
    });
  };
  const isNamed = nameFrom(title) !== "";
  return (
    <Panel title={texts.people.addGroup}>
      <form className="stack narrow" onSubmit={add}>
        <TextField
          label={texts.cameras.titleField}
          hint={isNamed ? texts.people.groupName(nameFrom(title)) : texts.people.groupHint}
          required
          maxLength={120}
          value={title}
          onChange={setTitle}
        />
        <ProblemNote problem={problem} />
        <div className="row">
          <Button type="submit" icon="plus" busy={busy} disabled={!isNamed}>
            {texts.people.addGroup}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
