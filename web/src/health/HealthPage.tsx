/** Broken promises, and how every camera is, the worst first; or one of them, check by check. */

import { hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { countsOf, rankOf } from "../camera/attention";
import { type Camera, type State, titleOf, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { StateBadge } from "../camera/StateBadge";
import { inWords, texts } from "../texts";
import { Badge, Empty, PageHead, ProblemNote, Skeleton, sentence, When } from "../ui";
import { AlarmNotes } from "./AlarmNotes";
import { CameraHealth } from "./CameraHealth";
import "./health.css";

export default function HealthPage({ route }: SectionProps) {
  const { cameras, states, problem, again } = useCameras();
  const [, name] = route.path;
  if (!cameras) {
    return (
      <>
        <PageHead title={texts.health.title} />
        {problem ? <ProblemNote problem={problem} onAgain={again} /> : <Skeleton lines={5} />}
      </>
    );
  }
  const one = cameras.find((each) => each.name === name);
  if (name && !one) return <Empty isPage icon="cameras" title={texts.live.noSuch(name)} />;
  if (one) return <CameraHealth key={one.name} camera={one} state={states.get(one.name)} />;
  return (
    <>
      <PageHead
        title={texts.health.title}
        about={texts.health.about}
        actions={<Summary cameras={cameras} states={states} />}
      />
      <ProblemNote problem={problem} onAgain={again} />
      <AlarmNotes cameras={cameras} />
      {cameras.length ? <HealthList cameras={cameras} states={states} /> : <NoCameras />}
    </>
  );
}

type States = ReadonlyMap<string, State>;

function Summary({ cameras, states }: { cameras: Camera[]; states: States }) {
  if (!states.size) return null;
  const { ill, unknown, waiting, well } = countsOf(cameras.map((each) => states.get(each.name)));
  return (
    <div className="row" aria-live="polite">
      {ill > 0 && (
        <Badge tone="bad" icon="warn">
          {texts.health.ill(ill)}
        </Badge>
      )}
      {unknown > 0 && (
        <Badge tone="calm" icon="wait">
          {texts.health.unknown(unknown)}
        </Badge>
      )}
      {waiting > 0 && (
        <Badge tone="calm" icon="wait">
          {texts.health.waiting(waiting)}
        </Badge>
      )}
      {well > 0 && (
        <Badge tone="good" icon="check">
          {texts.health.well(well)}
        </Badge>
      )}
    </div>
  );
}

function HealthList({ cameras, states }: { cameras: Camera[]; states: States }) {
  const inOrder = [...cameras].sort((a, b) => rankOf(states.get(a.name)) - rankOf(states.get(b.name)));
  return (
    <ul className="health-list">
      {inOrder.map((each) => {
        const state = states.get(each.name);
        return (
          <li key={each.name}>
            <a href={hashOf(["health", each.name])}>{titleOf(each)}</a>
            <StateBadge state={state} />
            <span>{state?.reason && sentence(inWords(state.said, state.reason))}</span>
            <span className="soft small">
              {state?.since_90k && (
                <>
                  {texts.cameras.since} <When at90k={state.since_90k} />
                </>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
