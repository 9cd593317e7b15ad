/** The cameras as rows, with what admins do to one of them. */

import { useState } from "react";
import { put, remove } from "../api/client";
import { useChange } from "../api/use";
import { hashOf } from "../app/routes";
import { useMay } from "../app/session";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { useGroupTitles } from "../camera/groups";
import { StateBadge } from "../camera/StateBadge";
import { inWords, texts } from "../texts";
import { Badge, type Column, Confirm, ProblemNote, sentence, Table, ToolButton, ToolLink, useToast, When } from "../ui";

type TableProps = {
  cameras: Camera[];
  states: ReadonlyMap<string, State>;
  mayChange: boolean;
  onChanged: () => void;
};

export function CameraTable({ cameras, states, mayChange, onChanged }: TableProps) {
  const titlesOf = useGroupTitles();
  const mayAlerts = useMay()("alerts:change");
  const columns: Column<Camera>[] = [
    { key: "name", title: texts.cameras.camera, cell: (each) => <Named camera={each} /> },
    { key: "state", title: texts.cameras.state, cell: (each) => <HowItIs state={states.get(each.name)} /> },
    { key: "policy", title: texts.cameras.policy, cell: (each) => <PolicyOf camera={each} /> },
    { key: "groups", title: texts.cameras.groups, cell: (each) => titlesOf(each.groups) || texts.cameras.noGroup },
    { key: "rules", title: texts.rules.title, cell: (each) => <ToRules camera={each} /> },
    {
      key: "alerts",
      title: texts.cameras.alerts.title,
      cell: (each) => <AlertsOf camera={each} mayChange={mayAlerts} onChanged={onChanged} />,
    },
  ];
  if (mayChange) {
    columns.push({
      key: "do",
      title: texts.cameras.actions,
      cell: (each) => <Actions camera={each} onChanged={onChanged} />,
    });
  }
  return (
    <div className="panel cameras-table">
      <Table caption={texts.cameras.title} columns={columns} rows={cameras} keyOf={(each) => each.name} />
    </div>
  );
}

function Named({ camera }: { camera: Camera }) {
  return (
    <div className="camera-named">
      <strong>{titleOf(camera)}</strong>
      {camera.title && camera.title !== camera.name && <span className="soft small">{camera.name}</span>}
      {camera.address_shown && <code className="soft small">{camera.address_shown}</code>}
    </div>
  );
}

/** Icon, word, sentence, and since when. */
export function HowItIs({ state }: { state: State | undefined }) {
  return (
    <div className="camera-state">
      <StateBadge state={state} />
      <span className="small">
        {state?.reason && sentence(inWords(state.said, state.reason))}{" "}
        {state?.since_90k && (
          <span className="soft">
            {texts.cameras.since} <When at90k={state.since_90k} />
          </span>
        )}
      </span>
    </div>
  );
}

function ToRules({ camera }: { camera: Camera }) {
  const label = texts.rules.of(titleOf(camera));
  return <ToolLink icon="rules" word={texts.rules.title} label={label} href={hashOf(["rules", camera.name])} />;
}

type AlertsProps = { camera: Camera; mayChange: boolean; onChanged: () => void };

/** Whether people are told of its events; also of a camera in the file. */
function AlertsOf({ camera, mayChange, onChanged }: AlertsProps) {
  const words = texts.cameras.alerts;
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const { name, has_alerts } = camera;
  const title = titleOf(camera);
  if (!mayChange) {
    return (
      <Badge tone="calm" icon={has_alerts ? "bell" : "off"}>
        {has_alerts ? words.on : words.off}
      </Badge>
    );
  }
  const turn = () =>
    run(async () => {
      await put("/api/cameras/{camera}/alerts", { path: { camera: name }, body: { is_on: !has_alerts } });
      toast(has_alerts ? words.isOff(title) : words.isOn(title));
      onChanged();
    });
  return (
    <div className="camera-named small">
      <ToolButton
        icon={has_alerts ? "bell" : "off"}
        word={has_alerts ? words.on : words.off}
        label={has_alerts ? words.switchOff(title) : words.switchOn(title)}
        disabled={busy}
        onClick={turn}
      />
      {!has_alerts && <span className="soft">{words.about}</span>}
      <ProblemNote problem={problem} />
    </div>
  );
}

function PolicyOf({ camera }: { camera: Camera }) {
  const kept = camera.keep_hours ?? null;
  return (
    <div className="camera-named small">
      <span>{texts.cameras.modes[camera.mode].label}</span>
      <span className="soft">{kept === null ? texts.cameras.keptAsUsual : texts.cameras.kept(kept)}</span>
    </div>
  );
}

function Actions({ camera, onChanged }: { camera: Camera; onChanged: () => void }) {
  const [isRemoving, setIsRemoving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const title = titleOf(camera);
  if (camera.is_in_file) {
    return (
      <span title={texts.cameras.inFileHint}>
        <Badge tone="calm" icon="settings">
          {texts.cameras.inFile}
        </Badge>
      </span>
    );
  }
  const { name, address_shown: _, is_in_file: __, has_alerts: ___, ...facts } = camera;
  const turn = () =>
    run(async () => {
      await put("/api/cameras/{camera}", { path: { camera: name }, body: { ...facts, is_enabled: !facts.is_enabled } });
      toast(facts.is_enabled ? texts.cameras.isOff(title) : texts.cameras.isOn(title));
      onChanged();
    });
  return (
    <div className="camera-actions">
      <div className="row">
        <ToolLink
          icon="edit"
          word={texts.ui.change}
          label={texts.cameras.change(title)}
          href={hashOf(["cameras", "change", name])}
        />
        <ToolButton
          icon={camera.is_enabled ? "off" : "play"}
          word={camera.is_enabled ? texts.cameras.off : texts.cameras.on}
          label={camera.is_enabled ? texts.cameras.switchOff(title) : texts.cameras.switchOn(title)}
          disabled={busy}
          onClick={turn}
        />
        <ToolButton
          icon="trash"
          word={texts.ui.remove}
          label={texts.cameras.remove(title)}
          onClick={() => setIsRemoving(true)}
        />
      </div>
      <ProblemNote problem={problem} />
      {isRemoving && (
        <Confirm
          title={texts.cameras.removeTitle(title)}
          does={texts.cameras.removeDoes}
          onClose={() => setIsRemoving(false)}
          onConfirm={async () => {
            await remove("/api/cameras/{camera}", { path: { camera: name } });
            toast(texts.cameras.removed(title));
            onChanged();
          }}
        >
          <p>{texts.cameras.removeAbout(name)}</p>
        </Confirm>
      )}
    </div>
  );
}
