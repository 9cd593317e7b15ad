/** The rules of one camera: what is worth noticing in its view. Without a camera: which one. */

import { hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { titleOf, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { texts } from "../texts";
import { Empty, Icon, PageHead, Panel, ProblemNote, Skeleton } from "../ui";
import { CameraRules } from "./CameraRules";
import "./rules.css";

export default function RulesPage({ route }: SectionProps) {
  const { cameras, problem, again } = useCameras();
  const [, name] = route.path;
  if (!cameras) {
    return (
      <>
        <PageHead title={texts.rules.title} />
        {problem ? <ProblemNote problem={problem} onAgain={again} /> : <Skeleton lines={5} />}
      </>
    );
  }
  const one = cameras.find((each) => each.name === name);
  if (name && !one) return <Empty isPage icon="cameras" title={texts.live.noSuch(name)} />;
  if (one) return <CameraRules key={one.name} camera={one} />;
  return (
    <>
      <PageHead title={texts.rules.title} about={texts.rules.about} />
      {cameras.length === 0 ? (
        <NoCameras />
      ) : (
        <Panel title={texts.rules.whichCamera}>
          <ul className="rules-cameras">
            {cameras.map((each) => (
              <li key={each.name}>
                <a className="button" href={hashOf(["rules", each.name])}>
                  <Icon name="cameras" size={18} />
                  {titleOf(each)}
                </a>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}
