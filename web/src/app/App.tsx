/** Decides what is shown: setting up, setting a forgotten password anew, signing in, or a section. */

import { Suspense, useEffect } from "react";
import { keepTold } from "../people/push";
import { ResetPage } from "../sign-in/ResetPage";
import { SetUpPage } from "../sign-in/SetUpPage";
import { SignInPage } from "../sign-in/SignInPage";
import { texts } from "../texts";
import { Empty, ProblemNote, Skeleton } from "../ui";
import { Boundary } from "./Boundary";
import { type Route, routeOf, useRoute } from "./routes";
import { Shell } from "./Shell";
import { type Section, sectionsFor } from "./sections";
import { useMay, useSession } from "./session";

export function App() {
  const { session, problem, askAgain } = useSession();
  const route = useRoute();
  const shown = sectionsFor(useMay());
  const [first] = route.path;
  const section = shown.find((each) => each.path === first);

  // Who came in may be somebody else than the one who is told here.
  const name = session?.name;
  useEffect(() => {
    if (name) keepTold().catch(() => {}); // it is tried again when the page is opened next
  }, [name]);

  useEffect(() => {
    document.title = section ? `${section.title} · passerby` : "passerby";
  }, [section]);

  if (problem && !session) {
    return (
      <main className="alone">
        <ProblemNote problem={problem} onAgain={askAgain} />
      </main>
    );
  }
  if (!session) return <main className="alone" aria-busy="true" />;
  if (first === "set-up") return <SetUpPage secret={route.path[1] ?? ""} />;
  if (first === "reset") return <ResetPage name={route.path[1] ?? ""} secret={route.path[2] ?? ""} />;
  if (session.name === null && section?.needs !== null) return <SignInPage />;
  return (
    <Shell sections={shown.filter((each) => !each.isWithin)} current={section}>
      <Boundary key={section?.path ?? ""}>
        <Suspense fallback={<Skeleton />}>
          <Shown route={route} section={section} shown={shown} />
        </Suspense>
      </Boundary>
    </Shell>
  );
}

function Shown({ route, section, shown }: { route: Route; section: Section | undefined; shown: Section[] }) {
  const [usual] = shown;
  const isBegin = route.path.length === 0;
  useEffect(() => {
    // Asked again: somebody may have gone elsewhere since this was rendered.
    if (isBegin && usual && routeOf(location.hash).path.length === 0) location.replace(`#/${usual.path}`);
  }, [isBegin, usual]);
  if (section) return <section.Page route={route} />;
  if (isBegin && usual) return null;
  return (
    <Empty isPage icon="stop" title={texts.app.notHere}>
      {shown.length ? texts.app.notHereHint : texts.app.noSections}
    </Empty>
  );
}
