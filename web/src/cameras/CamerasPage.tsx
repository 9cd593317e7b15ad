/** Which cameras there are, how each is, and for admins: adding, changing, switching off, removing. */

import type { SectionProps } from "../app/sections";
import { useMay } from "../app/session";
import { useCameras } from "../camera/cameras";
import { NoCameras, ToNewCamera } from "../camera/NoCameras";
import { texts } from "../texts";
import { Empty, PageHead, ProblemNote, Skeleton } from "../ui";
import { CameraForm } from "./CameraForm";
import { CameraTable } from "./CameraTable";
import "./cameras.css";

export default function CamerasPage({ route }: SectionProps) {
  const mayChange = useMay()("cameras:change");
  const { cameras, states, problem, again } = useCameras();
  const [, what, name] = route.path;
  const taken = cameras?.map((each) => each.name) ?? [];

  if (what && !mayChange) return <Empty isPage icon="stop" title={texts.cameras.notYours} action={<ToList />} />;
  if (what === "new") return <CameraForm camera={null} taken={taken} onSaved={again} />;
  if (!cameras) {
    return (
      <>
        <PageHead title={texts.cameras.title} />
        {problem ? <ProblemNote problem={problem} onAgain={again} /> : <Skeleton lines={5} />}
      </>
    );
  }
  if (what) {
    const one = cameras.find((each) => what === "change" && each.name === name);
    if (!one || one.is_in_file) return <Empty isPage icon="cameras" title={texts.cameras.noSuch} action={<ToList />} />;
    return <CameraForm key={one.name} camera={one} taken={taken} onSaved={again} />;
  }
  return (
    <>
      <PageHead title={texts.cameras.title} about={texts.cameras.about} actions={mayChange && <ToNewCamera />} />
      <ProblemNote problem={problem} onAgain={again} />
      {cameras.length ? (
        <CameraTable cameras={cameras} states={states} mayChange={mayChange} onChanged={again} />
      ) : (
        <NoCameras />
      )}
    </>
  );
}

function ToList() {
  return (
    <a className="button" href="#/cameras">
      {texts.live.all}
    </a>
  );
}
