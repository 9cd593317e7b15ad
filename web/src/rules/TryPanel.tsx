/** Tries a rule on the last day before it is saved: what it would have raised, with the way to each recording. */

import { useState } from "react";
import { post, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { hashOf } from "../app/routes";
import { useMay } from "../app/session";
import { whatOf } from "../events/facts";
import { dayOf, hourOf, lengthOf, momentOf, nowS, secondsOf } from "../media/times";
import { texts } from "../texts";
import { Button, Note, Panel, ProblemNote } from "../ui";
import type { Values } from "./kinds";
import "./try.css";

const words = texts.rules.tryIt;
const THINGS = ["left-object", "removed-object"];
const FIRST = 10;
/** Where less of the time is known, it is said. */
const NEARLY_ALL = 0.98;
const MOSTLY = 0.9;

type Trial = Schemas["RuleTrial"];

type TryProps = { camera: string; values: Values; isRight: boolean };

export function TryPanel({ camera, values, isRight }: TryProps) {
  const may = useMay();
  const { busy, problem, run } = useChange();
  const [tried, setTried] = useState<{ of: string; trial: Trial } | null>(null);
  if (!may("rules:try")) return null;
  const now = JSON.stringify({ ...values, name: "" });
  const start = () =>
    run(async () => {
      const rule = { ...values, name: values.name.trim() } as unknown as Schemas["RuleToTry"]["rule"];
      const body = { rule, hours: 24 };
      const trial = await post("/api/cameras/{camera}/rules/try", { path: { camera }, body });
      setTried({ of: now, trial });
    });
  return (
    <Panel title={words.title} about={THINGS.includes(values.kind) ? words.things : words.about}>
      {!THINGS.includes(values.kind) && (
        <div className="stack">
          <div className="row">
            <Button icon="timeline" busy={busy} disabled={!isRight} onClick={start}>
              {tried ? words.again : words.start}
            </Button>
          </div>
          <ProblemNote problem={problem} />
          <div role="status">{tried && tried.of !== now && <p className="small soft">{words.changed}</p>}</div>
          {tried && (
            <div className={`stack${tried.of === now ? "" : " try-old"}`}>
              <Result camera={camera} trial={tried.trial} isVehicles={values.objects === "vehicles"} />
            </div>
          )}
        </div>
      )}
    </Panel>
  );
}

function Result({ camera, trial, isVehicles }: { camera: string; trial: Trial; isVehicles: boolean }) {
  const allS = secondsOf(trial.to_90k - trial.from_90k);
  if (trial.known_s === 0) {
    return (
      <Note tone="warn" icon="about">
        {trial.keeps_boxes ? words.nothingKnown : words.noBoxes}
      </Note>
    );
  }
  const isLine = trial.right + trial.left > 0;
  const cautions = [
    trial.is_cut && words.cut,
    trial.doubt === "too-small" && trial.height_px !== null && texts.rules.now.tooSmall(trial.height_px),
    trial.doubt === "too-few" && words.tooFew,
    trial.is_seldom && words.seldom,
    isVehicles && trial.closely < MOSTLY && words.notClosely,
  ].filter((each) => typeof each === "string");
  return (
    <>
      <div role="status">
        <p className="try-sum">{words.raised(trial.raised)}</p>
        {isLine && <p>{words.crossed(trial.right, trial.left)}</p>}
        <p className="small soft">
          {trial.known_s < NEARLY_ALL * allS
            ? words.known(lengthOf(trial.known_s), lengthOf(allS))
            : words.knownAll(lengthOf(allS))}
        </p>
      </div>
      {cautions.map((each) => (
        <Note key={each} tone="warn" icon="warn">
          {each}
        </Note>
      ))}
      <Hours trial={trial} />
      <Listed camera={camera} trial={trial} />
    </>
  );
}

function Hours({ trial }: { trial: Trial }) {
  const counts = trial.hours.map((each) => each.raised || each.right + each.left);
  const most = Math.max(1, ...counts);
  if (counts.length === 0) return null;
  return (
    <section>
      <h3 className="small">{words.hours}</h3>
      <ol className="try-hours">
        {trial.hours.map((each, index) => (
          <li key={each.start_90k}>
            <span className="numbers small soft">{hourWords(each.start_90k)}</span>
            <span className="try-bar" style={{ inlineSize: `${((counts[index] ?? 0) / most) * 100}%` }} />
            <span className="numbers small">{counts[index]}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Listed({ camera, trial }: { camera: string; trial: Trial }) {
  const mayWatch = useMay()("timeline:watch");
  const [isWhole, setIsWhole] = useState(false);
  const newest = trial.listed.toReversed();
  const shown = isWhole ? newest : newest.slice(0, FIRST);
  if (newest.length === 0) return null;
  const all = trial.raised + trial.listed.filter((each) => !each.is_raised).length;
  return (
    <section>
      <h3 className="small">{all > newest.length ? words.newest(newest.length) : words.when}</h3>
      <ol className="try-list">
        {shown.map((each, index) => {
          const atS = secondsOf(each.start_90k);
          const lasts = secondsOf(each.end_90k - each.start_90k);
          const moment = momentOf(atS);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two may begin at once
            <li key={index}>
              {mayWatch ? (
                <a
                  className="numbers"
                  href={hashOf(["timeline", camera], { at: String(Math.max(0, Math.floor(atS) - 2)) })}
                  target="_blank"
                  rel="noreferrer"
                  aria-label={words.open(moment)}
                >
                  {moment}
                </a>
              ) : (
                <span className="numbers">{moment}</span>
              )}
              <span className="small">
                {[whatOf(each), lasts >= 1 && lengthOf(lasts), !each.is_raised && words.onlyCounted]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          );
        })}
      </ol>
      {shown.length < newest.length && (
        <Button kind="quiet" onClick={() => setIsWhole(true)}>
          {words.showAll(newest.length)}
        </Button>
      )}
    </section>
  );
}

/** With its day where that is not today. */
function hourWords(start90k: number): string {
  const atS = secondsOf(start90k);
  return dayOf(atS) === dayOf(nowS()) ? hourOf(atS) : `${dayOf(atS)}, ${hourOf(atS)}`;
}
