/** For the people who are filmed, and for whoever runs it: what this installation does and does not do, in words. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { texts } from "../texts";
import { Facts, Icon, type IconName, Note, PageHead, Panel, ProblemNote, Skeleton } from "../ui";
import { LicencesPanel } from "./LicencesPanel";
import "./about.css";

type About = Schemas["AboutShown"];

export default function AboutPage() {
  const { answer, problem, again } = useAsked((signal) => get("/api/about", { signal }), "about");
  return (
    <div className="about">
      <PageHead title={answer && answer.title !== "passerby" ? answer.title : texts.about.title} />
      <p className="about-claim">{texts.signIn.claim}</p>
      <ProblemNote problem={problem} onAgain={again} />
      {answer ? <Here about={answer} /> : !problem && <Skeleton lines={5} />}
      <Promises icon="check" title={texts.about.does} said={texts.about.doesList} />
      {answer && <Notices about={answer} />}
      <Promises icon="cross" title={texts.about.doesNot} said={texts.about.doesNotList} />
      <Promises icon="warn" title={texts.about.limits} said={texts.about.limitsList} />
      <Panel title={texts.about.rights}>
        <p>{texts.about.rightsSaid}</p>
      </Panel>
      <LicencesPanel />
    </div>
  );
}

function Here({ about }: { about: About }) {
  return (
    <Panel title={texts.about.here}>
      <div className="stack">
        <Facts
          facts={[
            { name: texts.about.operator, value: about.operator || texts.about.notTold },
            { name: texts.about.contact, value: about.contact || texts.about.notTold },
            { name: texts.about.purpose, value: about.purpose || texts.about.notTold },
            { name: texts.nav.cameras, value: texts.about.cameras(about.cameras) },
            { name: texts.about.kept, value: texts.about.keptFor(about.keep_hours, about.longest_keep_hours) },
            { name: texts.about.version, value: `passerby ${about.version}` },
          ]}
        />
        {!(about.operator && about.contact && about.purpose) && (
          <Note tone="warn" icon="warn">
            {texts.about.fillIn}
          </Note>
        )}
      </div>
    </Panel>
  );
}

/** Of the whole installation: which camera looks for what would tell where to go by unseen. */
function Notices({ about }: { about: About }) {
  const kinds = about.notices.map((each) => texts.about.noticesKinds[each]).filter((each) => each !== undefined);
  return (
    <Panel title={texts.about.notices} about={kinds.length > 0 ? texts.about.noticesAbout : texts.about.noticesNothing}>
      <div className="stack">
        {kinds.length > 0 && <PromiseList icon="eye" said={kinds} />}
        <Facts
          facts={[
            { name: texts.about.eventKeeps, value: texts.about.eventKeepsSaid },
            { name: texts.about.eventNever, value: texts.about.eventNeverSaid },
            { name: texts.about.eventsKept, value: texts.about.eventsKeptFor(about.keep_events_days) },
          ]}
        />
      </div>
    </Panel>
  );
}

type PromisesProps = { icon: IconName; title: string; said: Said };
type Said = readonly { what: string; how: string }[];

function Promises({ icon, title, said }: PromisesProps) {
  return (
    <Panel title={title}>
      <PromiseList icon={icon} said={said} />
    </Panel>
  );
}

function PromiseList({ icon, said }: { icon: IconName; said: Said }) {
  return (
    <ul className={`promises ${icon}`}>
      {said.map((each) => (
        <li key={each.what}>
          <Icon name={icon} />
          <div>
            <strong>{each.what}</strong> {each.how}
          </div>
        </li>
      ))}
    </ul>
  );
}
