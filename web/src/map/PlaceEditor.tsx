/** Where one camera is and what it sees, in numbers, while it is being placed. */

import type { FormEvent } from "react";
import { put, remove } from "../api/client";
import { useChange } from "../api/use";
import { type Camera, titleOf } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Panel, ProblemNote, TextField, useToast } from "../ui";
import type { Place } from "./ground";

const words = texts.map;

/** As the API has them: field, its unit in the form, how many of the form's units it is. */
type NumberOf = { key: string; label: string; by: number; least: number; most: number; step: number };

const CONE: NumberOf[] = [
  { key: "bearing_deg", label: words.fields.bearing, by: 1, least: 0, most: 360, step: 1 },
  { key: "angle_deg", label: words.fields.angle, by: 1, least: 1, most: 360, step: 1 },
];
const ON_PLAN: NumberOf[] = [
  { key: "x_share", label: words.fields.fromLeft, by: 100, least: 0, most: 100, step: 0.1 },
  { key: "y_share", label: words.fields.fromTop, by: 100, least: 0, most: 100, step: 0.1 },
  ...CONE,
  { key: "range_share", label: words.fields.rangeOfPlan, by: 100, least: 0.5, most: 200, step: 0.1 },
];
const ON_GROUND: NumberOf[] = [
  { key: "latitude", label: words.fields.latitude, by: 1, least: -85, most: 85, step: 0.000001 },
  { key: "longitude", label: words.fields.longitude, by: 1, least: -180, most: 180, step: 0.000001 },
  ...CONE,
  { key: "range_m", label: words.fields.range, by: 1, least: 1, most: 100_000, step: 0.1 },
];

type EditorProps = {
  camera: Camera;
  place: Place;
  /** It is somewhere already. */
  isPlaced: boolean;
  onPlace: (place: Place) => void;
  onSaved: () => void;
  onClose: () => void;
};

export function PlaceEditor({ camera, place, isPlaced, onPlace, onSaved, onClose }: EditorProps) {
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const title = titleOf(camera);
  const path = { camera: camera.name };
  const done = (said: string) => {
    toast(said);
    onSaved();
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await put("/api/cameras/{camera}/place", { path, body: place });
      done(words.placed(title));
    });
  };
  const takeOff = () =>
    run(async () => {
      await remove("/api/cameras/{camera}/place", { path });
      done(words.takenOff(title));
    });
  const values = place as unknown as Record<string, number>;
  return (
    <Panel title={words.placing(title)} about={words.placingAbout}>
      <form className="stack" onSubmit={save}>
        <div className="map-fields">
          {("site" in place ? ON_PLAN : ON_GROUND).map(({ key, label, by, least, most, step }) => (
            <TextField
              key={key}
              label={label}
              type="number"
              required
              min={least}
              max={most}
              step="any"
              value={Number(((values[key] ?? 0) * by).toFixed(step < 0.001 ? 6 : 1))}
              onChange={(typed) => {
                const value = Number(typed);
                if (typed !== "" && value >= least && value <= most) onPlace({ ...place, [key]: value / by });
              }}
            />
          ))}
        </div>
        <ProblemNote problem={problem} />
        <div className="row">
          <Button kind="primary" type="submit" busy={busy}>
            {words.save}
          </Button>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          {isPlaced && (
            <Button kind="danger" icon="trash" busy={busy} onClick={takeOff}>
              {words.takeOff}
            </Button>
          )}
        </div>
      </form>
    </Panel>
  );
}
