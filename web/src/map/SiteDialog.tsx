/** Adds a site, or changes it: its title, its floor plan, and that it is there at all. */

import { type FormEvent, useState } from "react";
import { post, put, remove, send } from "../api/client";
import { useChange } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import { nameFrom } from "../cameras/facts";
import { texts } from "../texts";
import { Button, Confirm, Dialog, Field, ProblemNote, Progress, TextField, useToast } from "../ui";
import type { Site } from "./ground";

const words = texts.map.sites;
const KINDS = "image/png,image/jpeg";

type SiteDialogProps = { site: Site | null; sites: readonly Site[]; onChanged: () => void; onClose: () => void };

/** site: null for a new one. */
export function SiteDialog({ site, sites, onChanged, onClose }: SiteDialogProps) {
  const [typed, setTyped] = useState(site?.title ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [isRemoving, setIsRemoving] = useState(false);
  /** What was made before its plan was refused: it is not made again. */
  const [made, setMade] = useState<string | null>(null);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const title = typed.trim();
  const [latitude, setLatitude] = useState(site?.at ? String(site.at.latitude) : "");
  const [longitude, setLongitude] = useState(site?.at ? String(site.at.longitude) : "");
  const at = latitude && longitude ? { latitude: Number(latitude), longitude: Number(longitude) } : null;

  const save = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const taken = sites.map((each) => each.name);
      const name = site?.name ?? made ?? nameFrom(title, "site", taken);
      if (!site && !made) {
        await post("/api/sites", { body: { name, title } });
        setMade(name);
        onChanged();
      }
      const isChanged = site && (site.title !== title || JSON.stringify(site.at) !== JSON.stringify(at));
      if (isChanged || (!site && at)) await put("/api/sites/{name}", { path: { name }, body: { title, at } });
      try {
        if (file) {
          setSent(0);
          const signal = new AbortController().signal;
          await send("/api/plans", { query: { site: name }, file, onSent: setSent, signal });
        }
      } finally {
        setSent(null);
      }
      toast(site ? words.changed(title) : words.added(title));
      onChanged();
      onClose();
      goTo(hashOf(["map", name]));
    });
  };

  if (site && isRemoving) {
    return (
      <Confirm
        title={words.removeTitle(site.title)}
        does={words.remove}
        onClose={() => setIsRemoving(false)}
        onConfirm={async () => {
          await remove("/api/sites/{name}", { path: { name: site.name } });
          toast(words.removed(site.title));
          onChanged();
          onClose();
          goTo("#/map");
        }}
      >
        <p>{words.removeAbout}</p>
      </Confirm>
    );
  }
  return (
    <Dialog title={site ? words.change(site.title) : words.add} onClose={onClose}>
      <form className="stack" onSubmit={save}>
        <TextField
          label={words.title}
          hint={words.titleHint}
          required
          maxLength={120}
          value={typed}
          onChange={setTyped}
        />
        <Field label={site?.plan ? words.newPlan : words.plan} hint={words.planHint}>
          {(id, about) => (
            <input
              id={id}
              className="input"
              type="file"
              accept={KINDS}
              aria-describedby={about}
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
          )}
        </Field>
        <div className="map-fields">
          <TextField
            label={texts.map.fields.latitude}
            hint={words.atHint}
            type="number"
            min={-85}
            max={85}
            step="any"
            required={longitude !== ""}
            value={latitude}
            onChange={setLatitude}
          />
          <TextField
            label={texts.map.fields.longitude}
            type="number"
            min={-180}
            max={180}
            step="any"
            required={latitude !== ""}
            value={longitude}
            onChange={setLongitude}
          />
        </div>
        {sent !== null && <Progress label={words.sending} share={sent} />}
        <ProblemNote problem={problem} />
        <div className="row">
          <Button kind="primary" type="submit" busy={busy} disabled={!title}>
            {site ? texts.cameras.save : words.add}
          </Button>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          {site && (
            <Button kind="danger" icon="trash" onClick={() => setIsRemoving(true)}>
              {words.remove}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
