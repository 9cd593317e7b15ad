/** One camera's rules over its newest redacted picture: the list, or one that is being made or changed. */

import { type ReactNode, useState } from "react";
import { addressOf, get } from "../api/client";
import { useAsked } from "../api/use";
import { draftOf } from "../app/drafts";
import { hashOf } from "../app/routes";
import { useMay } from "../app/session";
import { type Camera, titleOf } from "../camera/cameras";
import { usePicture } from "../health/usePicture";
import { secondsOf, timeOf } from "../media/times";
import type { Size } from "../redact/box";
import { texts } from "../texts";
import { Button, Empty, Note, Panel, ProblemNote, Skeleton, ToolLink } from "../ui";
import { Canvas } from "./Canvas";
import { ChooseKind } from "./ChooseKind";
import { drawnOf, newRule, valuesOf } from "./kinds";
import { type Begun, draftKey, RuleEditor } from "./RuleEditor";
import { RuleList } from "./RuleList";

const words = texts.rules;
/** Where there is no picture. */
const USUAL_SIZE: Size = { width: 1600, height: 900 };

export function CameraRules({ camera }: { camera: Camera }) {
  const mayChange = useMay()("rules:change");
  const path = { camera: camera.name };
  const asked = useAsked((signal) => get("/api/cameras/{camera}/rules", { path, signal }), `rules ${camera.name}`);
  const mayKnow = useMay()("events:see");
  const precision = useAsked(
    async (signal) => (mayKnow ? await get("/api/events/precision", { signal }) : []),
    `rules precision ${mayKnow}`,
  );
  const [begun, setBegun] = useState<Begun | null>(() => draftOf<Begun>(draftKey(camera.name)) ?? null);
  const [isChoosing, setIsChoosing] = useState(false);
  const rules = asked.answer;
  const edited = mayChange && rules ? begun : null;

  return (
    <article>
      <Head
        camera={camera}
        onAdd={mayChange && rules && rules.length > 0 && !begun ? () => setIsChoosing(true) : null}
      />
      <ProblemNote problem={asked.problem} onAgain={asked.again} />
      {!rules && !asked.problem && <Skeleton lines={5} />}
      {rules && (
        <WithPicture camera={camera.name}>
          {(size, picture, age) =>
            edited ? (
              <RuleEditor
                key={edited.was?.rule.name ?? edited.values.kind}
                camera={camera.name}
                begun={edited}
                rules={rules}
                size={size}
                picture={picture}
                age={age}
                onSaved={asked.again}
                onClose={() => setBegun(null)}
              />
            ) : (
              <div className="rules-layout">
                <div className="rules-drawing">
                  <Canvas size={size} others={rules.map(drawnOf)} drawn={null}>
                    {picture}
                  </Canvas>
                  {age}
                </div>
                {rules.length === 0 ? (
                  <Panel>
                    <Empty
                      icon="rules"
                      title={words.none}
                      action={
                        mayChange && (
                          <Button kind="primary" icon="plus" onClick={() => setIsChoosing(true)}>
                            {words.add}
                          </Button>
                        )
                      }
                    >
                      {mayChange ? words.noneHint : words.noneHere}
                    </Empty>
                  </Panel>
                ) : (
                  <RuleList
                    camera={camera.name}
                    rules={rules}
                    precision={precision.answer ?? []}
                    mayChange={mayChange}
                    onEdit={(was) => setBegun({ was, values: valuesOf(was), isEnabled: was.is_enabled })}
                    onChanged={asked.again}
                  />
                )}
              </div>
            )
          }
        </WithPicture>
      )}
      {isChoosing && rules && (
        <ChooseKind
          onClose={() => setIsChoosing(false)}
          onChoose={(kind) => {
            const taken = rules.map((each) => each.rule.name);
            setBegun({ was: null, values: newRule(kind, taken), isEnabled: true });
            setIsChoosing(false);
          }}
        />
      )}
    </article>
  );
}

function Head({ camera, onAdd }: { camera: Camera; onAdd: (() => void) | null }) {
  return (
    <header className="page-head">
      <div className="row">
        <ToolLink
          icon="back"
          word={texts.nav.health}
          label={words.back(titleOf(camera))}
          href={hashOf(["health", camera.name])}
        />
        <div>
          <h1>{words.of(titleOf(camera))}</h1>
          <p className="soft">{words.about}</p>
        </div>
      </div>
      {onAdd && (
        <Button kind="primary" icon="plus" onClick={onAdd}>
          {words.add}
        </Button>
      )}
    </header>
  );
}

/** Asks for the newest redacted still, once, and again on demand. Where there is none, or none may be seen, there is a grid
 *  and the reason. */
function WithPicture({
  camera,
  children,
}: {
  camera: string;
  /** age: of which time the picture is, and the way to a newer one. */
  children: (size: Size, picture: ReactNode, age: ReactNode) => ReactNode;
}) {
  const maySee = useMay()("still:see");
  const path = { camera };
  const health = useAsked((signal) => get("/api/cameras/{camera}/health", { path, signal }), `rules health ${camera}`);
  const isRecorded = (health.answer?.newest_still_at_90k ?? null) !== null;
  const picture = usePicture(maySee && isRecorded ? addressOf("/api/cameras/{camera}/still.jpg", { path }) : null);
  const [size, setSize] = useState<Size>(USUAL_SIZE);
  const isWaiting = !health.answer && !health.problem;
  const problem = health.problem ?? picture.problem;
  const why = maySee ? (isWaiting || isRecorded ? null : words.noPicture) : words.noPictures;
  return (
    <>
      <ProblemNote problem={problem} onAgain={picture.problem ? picture.again : health.again} />
      {why && (
        <div className="rules-why">
          <Note tone="calm" icon="about">
            {why}
          </Note>
        </div>
      )}
      {children(
        size,
        picture.answer ? (
          <img
            src={picture.answer.url}
            alt={words.picture}
            onLoad={(event) => {
              const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
              setSize({ width, height });
            }}
          />
        ) : (
          <div className="rules-grid" aria-hidden="true" />
        ),
        picture.answer && (
          <div className="row rules-age small soft">
            {picture.answer.at90k !== null && <span>{words.pictureOf(timeOf(secondsOf(picture.answer.at90k)))}</span>}
            <Button kind="quiet" icon="refresh" onClick={picture.again}>
              {words.refresh}
            </Button>
          </div>
        ),
      )}
    </>
  );
}
