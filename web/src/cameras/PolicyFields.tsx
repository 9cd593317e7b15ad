/** What a camera is called, and how its pictures are treated. */

import { useState } from "react";
import { get } from "../api/client";
import { useAsked } from "../api/use";
import { hoursProblem, LONG_HOURS, MIN_HOURS } from "../camera/hours";
import { texts } from "../texts";
import { Check, Checks, Radios, TextField } from "../ui";
import { type Facts, nameFrom } from "./facts";

type FieldsProps = { facts: Facts; set: (change: Partial<Facts>) => void };

const MODES = ["reveal", "cover"] as const;
const MIN_DELAY_S = 0.2;
const MAX_DELAY_S = 10;

/** taken: the names that other cameras have; null where the camera has its own already. */
export function NameFields({ facts, taken, set }: FieldsProps & { taken: readonly string[] | null }) {
  const [isNamed, setIsNamed] = useState(false);
  return (
    <>
      <TextField
        label={texts.cameras.titleField}
        hint={texts.cameras.titleHint}
        maxLength={120}
        value={facts.title}
        onChange={(title) => set(taken && !isNamed ? { title, name: nameFrom(title, "camera", taken) } : { title })}
      />
      {taken && (
        <TextField
          label={texts.cameras.nameField}
          hint={texts.cameras.nameHint}
          required
          pattern="[A-Za-z0-9_\-]{1,64}"
          title={texts.cameras.nameHint}
          maxLength={64}
          value={facts.name}
          onChange={(name) => {
            setIsNamed(name !== "");
            set({ name });
          }}
        />
      )}
    </>
  );
}

export function PolicyFields({ facts, set }: FieldsProps) {
  const about = useAsked((signal) => get("/api/about", { signal }), "about");
  const groups = useAsked((signal) => get("/api/groups", { signal }), "groups");
  const usual = about.answer?.keep_hours;
  const hours = Number(facts.keep);
  return (
    <>
      <Radios
        label={texts.cameras.mode}
        value={facts.mode}
        choices={MODES.map((each) => ({ value: each, ...texts.cameras.modes[each] }))}
        onChange={(mode) => set({ mode })}
      />
      <div className="camera-pair">
        <TextField
          label={texts.cameras.delay}
          hint={texts.cameras.delayHint}
          type="number"
          min={MIN_DELAY_S}
          max={MAX_DELAY_S}
          step="any"
          required
          value={facts.delay}
          onChange={(delay) => set({ delay })}
        />
        <TextField
          label={texts.cameras.keep}
          hint={hours > 0 ? texts.cameras.keepIs(hours) : texts.cameras.keepUsual(usual)}
          type="number"
          problem={facts.keep ? hoursProblem(facts.keep, facts.isLong) : null}
          min={MIN_HOURS}
          step="any"
          placeholder={usual === undefined ? "" : String(usual)}
          value={facts.keep}
          onChange={(keep) => set({ keep })}
        />
      </div>
      {(hours > LONG_HOURS || facts.isLong) && (
        <Check
          label={texts.cameras.long}
          hint={texts.cameras.longHint}
          checked={facts.isLong}
          onChange={(isLong) => set({ isLong })}
        />
      )}
      <Check
        label={texts.cameras.keepsBoxes}
        hint={texts.cameras.keepsBoxesHint}
        checked={facts.keepsBoxes}
        onChange={(keepsBoxes) => set({ keepsBoxes })}
      />
      {groups.answer && groups.answer.length > 0 ? (
        <Checks
          label={texts.cameras.groups}
          hint={texts.cameras.groupsHint}
          choices={groups.answer.map((each) => ({ value: each.name, label: each.title || each.name }))}
          chosen={facts.groups}
          onChange={(chosen) => set({ groups: chosen })}
        />
      ) : (
        <p className="soft small">{groups.answer && texts.cameras.noGroupsYet}</p>
      )}
    </>
  );
}
