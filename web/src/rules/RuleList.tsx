/** The rules of a camera as rows: edit, switch on and off, remove. */

import { useState } from "react";
import { put, remove, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { Precision } from "../events/Precision";
import { texts } from "../texts";
import { Badge, Confirm, Panel, ProblemNote, ToolButton, useToast } from "../ui";
import { shapesOf } from "./Canvas";
import { type Shown, summaryOf, valuesOf } from "./kinds";
import { Sketch } from "./Sketch";

const words = texts.rules;

type ListProps = {
  camera: string;
  rules: readonly Shown[];
  /** Of all cameras. */
  precision: readonly Schemas["RulePrecision"][];
  mayChange: boolean;
  onEdit: (rule: Shown) => void;
  onChanged: () => void;
};

export function RuleList({ rules, ...rest }: ListProps) {
  return (
    <Panel title={words.count(rules.length)}>
      <ul className="rules-list">
        {rules.map((each) => (
          <Row key={each.rule.name} rule={each} {...rest} />
        ))}
      </ul>
    </Panel>
  );
}

function Row({ camera, rule, precision, mayChange, onEdit, onChanged }: Omit<ListProps, "rules"> & { rule: Shown }) {
  const [isRemoving, setIsRemoving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const { name } = rule.rule;
  const path = { camera, rule: name };
  const turn = () =>
    run(async () => {
      const body = { rule: rule.rule, is_enabled: !rule.is_enabled };
      await put("/api/cameras/{camera}/rules/{rule}", { path, body });
      toast(rule.is_enabled ? words.isOff(name) : words.isOn(name));
      onChanged();
    });
  return (
    <li>
      <div className="rules-row">
        <Sketch kind={rule.rule.kind} shapes={shapesOf(valuesOf(rule)).map(([shape]) => shape)} />
        <div className="rules-named">
          <strong>{name}</strong>
          <span className="soft small">{summaryOf(valuesOf(rule))}</span>
          {(!rule.is_enabled || rule.is_in_file) && (
            <span className="row">
              {!rule.is_enabled && (
                <Badge tone="calm" icon="off">
                  {words.off}
                </Badge>
              )}
              {rule.is_in_file && (
                <span title={words.inFileHint}>
                  <Badge tone="calm" icon="settings">
                    {words.inFile}
                  </Badge>
                </span>
              )}
            </span>
          )}
        </div>
        {mayChange && !rule.is_in_file && (
          <div className="rules-actions">
            <ToolButton icon="edit" word={words.words.edit} label={words.edit(name)} onClick={() => onEdit(rule)} />
            <ToolButton
              icon={rule.is_enabled ? "off" : "play"}
              word={rule.is_enabled ? words.words.off : words.words.on}
              label={rule.is_enabled ? words.switchOff(name) : words.switchOn(name)}
              disabled={busy}
              onClick={turn}
            />
            <ToolButton
              icon="trash"
              word={texts.ui.remove}
              label={words.remove(name)}
              onClick={() => setIsRemoving(true)}
            />
          </div>
        )}
      </div>
      <Precision precision={precision.find((each) => each.camera === camera && each.rule === name)} />
      <ProblemNote problem={problem} />
      {isRemoving && (
        <Confirm
          title={words.removeTitle(name)}
          does={words.removeDoes}
          onClose={() => setIsRemoving(false)}
          onConfirm={async () => {
            await remove("/api/cameras/{camera}/rules/{rule}", { path });
            toast(words.removed(name));
            onChanged();
          }}
        >
          <p>{words.removeAbout}</p>
        </Confirm>
      )}
    </li>
  );
}
